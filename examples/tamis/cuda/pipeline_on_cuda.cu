/// \file pipeline_on_cuda.cu
/// The module tamis-cuda.so, which `tamis` loads when it is asked for the backend cuda: a kernel for
/// each policy, in which a block of threads leaves of a row what the policy leaves.

#include <tamis/backends/cuda.cuh>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "../pipeline_on.hpp"

namespace {

using namespace tamis;

/// A row in device memory, and what is known of it.
struct Row {
  const float* logits;
  int vocab_size;
  Stream stream;
  const Occurrence* few;
  std::uint32_t few_count;
  std::uint32_t place;  ///< of the policy in its chain
};

/// Where the logits go that are left.
struct Sink {
  using any_order = void;
  float* left;
  __host__ __device__ constexpr void operator()(TokenId id, float z) { left[id] = z; }
};

/// Leaves of a row what a policy, or none, leaves; `left` is masked before.
template <class... P>
__global__ void __launch_bounds__(512) leave(Row from, float* left, Fault* fault, P... policy) {
  extern __shared__ __align__(16) unsigned char shared[];
  auto& memory = *reinterpret_cast<tamis::cuda::OneBlock*>(shared);
  const Facts facts{.few = {from.few, from.few_count}};
  team::RowOf<tamis::cuda::Block, float, tamis::cuda::OneBlock> row({}, memory, from.logits, from.vocab_size, from.stream, facts);
  Sink sink{left};
  if constexpr ((Draw<P> || ...)) {
    const Choice choice = detail::run<false>(row, detail::Raw{}, from.place, policy...);
    if (threadIdx.x == 0 && choice.token >= 0) sink(choice.token, choice.logit);
  } else {
    detail::run<false>(row, detail::Raw{}, from.place, policy..., detail::Collect<Sink>{&sink});
  }
  const Fault found = row.fault();
  if (threadIdx.x == 0) *fault = found;
}

/// Ends the program, for nothing can be said of a row that the GPU has not taken.
void must(cudaError_t code) {
  if (code == cudaSuccess) return;
  std::fprintf(stderr, "tamis: the GPU has failed: %s\n", cudaGetErrorString(code));
  std::exit(1);
}

/// Device memory that grows.
template <class T>
class Memory {
 public:
  T* of(std::size_t size) {
    if (size > size_) {
      must(cudaFree(data_));
      must(cudaMalloc(&data_, sizeof(T) * size));
      size_ = size;
    }
    return data_;
  }
  T* with(std::span<const T> values) {
    T* const data = of(values.size());
    if (!values.empty()) must(cudaMemcpy(data, values.data(), values.size_bytes(), cudaMemcpyHostToDevice));
    return data;
  }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

/// What a policy, or none, leaves of a row.
template <class... P>
Fault leave_on_device(std::vector<float>& row, const Stream& stream, const Facts& facts, std::uint32_t place, const P&... policy) {
  static Memory<float> logits, left;
  static Memory<Occurrence> few;
  static Memory<Fault> fault;
  const std::vector<float> nothing(row.size(), masked);
  const Row from{logits.with(row), static_cast<int>(row.size()), stream, few.with(facts.few), static_cast<std::uint32_t>(facts.few.size()), place};
  float* const to = left.with(nothing);
  Fault* const found = fault.of(1);
  constexpr auto kernel = &leave<P...>;
  must(cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel), cudaFuncAttributeMaxDynamicSharedMemorySize, sizeof(tamis::cuda::OneBlock)));
  kernel<<<1, 256, sizeof(tamis::cuda::OneBlock)>>>(from, to, found, policy...);
  must(cudaGetLastError());
  must(cudaMemcpy(row.data(), to, sizeof(float) * row.size(), cudaMemcpyDeviceToHost));
  Fault said;
  must(cudaMemcpy(&said, found, sizeof said, cudaMemcpyDeviceToHost));
  return said;
}

/// As tamis::Pipeline::distribution: a step after the other, each with its own view of the history.
Distribution on_cuda(const Pipeline& pipeline, std::span<const float> logits, std::span<const TokenId> prompt,
                     std::span<const TokenId> generated, std::uint64_t seed) {
  std::vector<float> row(logits.begin(), logits.end());
  Fault fault = Fault::none;
  if (pipeline.steps().empty()) fault = leave_on_device(row, Stream{seed, prompt.size()}, {}, 1);
  std::uint32_t place = 1;
  for (const Pipeline::Step& step : pipeline.steps()) {
    if (fault != Fault::none) break;
    Sequence sequence(prompt, seed, step.window);
    for (const TokenId id : generated) sequence.append(id);
    auto policy = step.policy;  // a copy: what sources know is of one history
    std::visit(
        [&](const auto& p) {
          constexpr bool draws_by_chance = Draw<std::remove_cvref_t<decltype(p)>> && !std::is_same_v<std::remove_cvref_t<decltype(p)>, Greedy>;
          const Stream stream = sequence.stream();
          if constexpr (draws_by_chance) fault = leave_on_device(row, stream, sequence.facts(), place);
          else fault = leave_on_device(row, stream, sequence.facts(), place, p);
          place += detail::places_of(p);
        },
        policy(sequence));
  }
  Distribution left;
  for (std::size_t id = 0; id < row.size(); ++id)
    if (row[id] > masked) left.add(static_cast<TokenId>(id), row[id]);
  left.complete(fault);
  return left;
}

/// On this machine's GPU, if there is one.
Result<command::PipelineOn> pipeline_here() {
  int count = 0;
  const cudaError_t code = cudaGetDeviceCount(&count);
  if (code == cudaSuccess && count > 0) return command::PipelineOn(on_cuda);
  const std::string why = code == cudaSuccess ? "" : std::string(" (") + cudaGetErrorString(code) + ")";
  return Error{"the backend cuda needs a GPU, and there is none that CUDA can use" + why +
               "; the backend team runs the same code on the CPU"};
}

}  // namespace

/// What `tamis` looks for in the module.
extern "C" __attribute__((visibility("default"))) void tamis_pipeline_on_cuda(Result<command::PipelineOn>& on) {
  static_cast<void>(on = pipeline_here());
}
