/// \file gpu_test.cu
/// On a GPU: the tokens of simd from every chain, precision and spread; the fault of a row is its own; a graph that is
/// replayed draws on; streams do not disturb each other. Exit 77 where there is no GPU.
///
/// TAMIS_ROWS=N: so many rows of each chain instead of 2,000. Compiled with TAMIS_FEW_CHAINS, it is the first chain alone:
/// there are twenty kernels, at half a minute each.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <tamis/backends/cuda.cuh>

#include "check.hpp"
#include "rows.hpp"

using namespace tamis;
using namespace on_gpu;

namespace {

using on_gpu::check;  // beside the one here
void check(cudaError_t code, const char* what) {
  if (code != cudaSuccess) std::printf("%s: %s\n", what, cudaGetErrorString(code)), std::exit(1);
}

/// Memory on the device, as long as this lives.
template <class T>
class OnDevice {
 public:
  explicit OnDevice(const std::vector<T>& from) : like_(from), size_(from.size()) {
    check(cudaMalloc(&data_, sizeof(T) * size_), "cudaMalloc");
    check(cudaMemcpy(data_, from.data(), sizeof(T) * size_, cudaMemcpyHostToDevice), "copying to the device");
  }
  explicit OnDevice(std::size_t size) : OnDevice(std::vector<T>(size)) {}
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;
  ~OnDevice() { cudaFree(data_); }
  T* data() const { return data_; }
  std::vector<T> values() const {
    std::vector<T> to = like_;
    check(cudaMemcpy(to.data(), data_, sizeof(T) * size_, cudaMemcpyDeviceToHost), "copying from the device");
    return to;
  }

 private:
  std::vector<T> like_;  ///< what T has no other way to be made from
  T* data_ = nullptr;
  std::size_t size_;
};

/// A batch on the device with the places for what is drawn.
template <class T>
struct Batched {
  OnDevice<T> logits;
  OnDevice<std::uint64_t> seeds, positions;
  OnDevice<Occurrence> few;
  OnDevice<std::uint32_t> sizes, allowed;
  OnDevice<TokenId> tokens;
  OnDevice<float> log_probabilities;
  OnDevice<std::int32_t> kept;
  OnDevice<std::uint8_t> faults;
  cuda::Batch<T> batch;
  cuda::Drawn drawn;

  explicit Batched(const Rows<T>& rows)
      : logits(rows.logits), seeds(rows.seeds), positions(rows.positions), few(rows.few), sizes(rows.sizes), allowed(rows.allowed),
        tokens(rows.seeds.size()), log_probabilities(rows.seeds.size()), kept(rows.seeds.size()), faults(rows.seeds.size()) {
    batch.logits = logits.data(), batch.rows = rows.count, batch.vocab_size = rows.vocab_size;
    batch.seeds = seeds.data(), batch.positions = positions.data();
    batch.histories = {few.data(), sizes.data(), rows.capacity, false};
    batch.allowed = allowed.data(), batch.allowed_stride = rows.words();
    drawn = {tokens.data(), log_probabilities.data(), kept.data(), faults.data()};
  }
};

/// Whether a GPU draws from rows what simd draws, spread as said.
template <class T, class S>
void draws_what_simd_draws(const char* name, const S& sampler, int count, int vocab_size, std::uint64_t seed, cuda::Spread spread) {
  const Rows<T> rows(count, vocab_size, seed);
  std::vector<S> samplers(static_cast<std::size_t>(count), sampler);
  OnDevice<S> on_device(samplers);
  Batched<T> on(rows);
  const std::vector<Choice> want = expected(rows, samplers);
  for (int repeat = 0; repeat < 2; ++repeat) {
    const std::vector<S> fresh(samplers.size(), sampler);
    check(cudaMemcpy(on_device.data(), fresh.data(), sizeof(S) * fresh.size(), cudaMemcpyHostToDevice), "copying");
    const auto launched = cuda::sample<true>(on_device.data(), on.batch, on.drawn, nullptr, spread);
    if (!launched) std::printf("%s\n", launched.error().message.c_str()), std::exit(1);
    check(cudaDeviceSynchronize(), name);
    const auto tokens = on.tokens.values();
    const auto log_probabilities = on.log_probabilities.values();
    const auto faults = on.faults.values();
    const auto learned = on_device.values();
    int differ = 0;
    for (std::size_t r = 0; r < want.size(); ++r) {
      const bool same = tokens[r] == want[r].token && faults[r] == static_cast<std::uint8_t>(want[r].fault) &&
                        (want[r].token < 0 || log_probabilities[r] == -want[r].surprise) &&
                        std::memcmp(&learned[r], &samplers[r], sizeof(S)) == 0;
      if (!same && ++differ <= 3)
        std::printf("%s, %d tokens, %d blocks of %d, seed %llu, row %zu: token %d instead of %d, fault %d instead of %d, log-probability %.9g instead of %.9g\n",
                    name, vocab_size, spread.blocks, spread.threads, static_cast<unsigned long long>(seed), r, tokens[r], want[r].token, faults[r],
                    static_cast<int>(want[r].fault), log_probabilities[r], -want[r].surprise);
    }
    check(differ == 0, name);
  }
}

template <class T, class S>
void draws_everywhere(const char* name, const S& sampler, bool clusters) {
  const char* asked = std::getenv("TAMIS_ROWS");
  const int count = asked ? std::atoi(asked) : 2000;
  constexpr int of_a_batch = 250;
  const int sizes[] = {1000, 5003, 33, 20000, 1, 4096}, threads[] = {512, 128, 256}, blocks[] = {1, 8, 2, 4};
  int drawn = 0;
  for (std::uint64_t i = 0; drawn < count; ++i, drawn += of_a_batch)
    draws_what_simd_draws<T>(name, sampler, of_a_batch, sizes[i % 6], i, {clusters ? blocks[i % 4] : 1, threads[i % 3]});
  for (const int vocab_size : {128256, 151936, 262144})
    for (const int b : {1, 8})
      if (b == 1 || clusters) draws_what_simd_draws<T>(name, sampler, 16, vocab_size, 7, {b, 512});
  std::printf("%s: %d rows\n", name, drawn);
}

/// A graph is captured once; each replay goes on from the positions and histories that the one before has left.
void replays_draw_on() {
  Rows<float> rows(20, 5000, 11);
  Batched<float> on(rows);
  on.batch.advances = on.batch.histories.counts = true;
  std::vector<Penalized> samplers(20, Penalized(RepetitionPenalty{1.3f}, Temperature{1.5f}, TopK{40}, TopP{0.95f}));
  OnDevice<Penalized> on_device(samplers);
  cudaStream_t stream;
  check(cudaStreamCreate(&stream), "a stream");
  check(static_cast<bool>(cuda::sample<true>(on_device.data(), on.batch, on.drawn, stream)), "the first launch, which asks the device what it has");
  check(cudaStreamSynchronize(stream), "the first launch");
  std::vector<std::vector<TokenId>> got{on.tokens.values()};
  cudaGraph_t graph;
  cudaGraphExec_t executable;
  check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "capturing");
  check(static_cast<bool>(cuda::sample<true>(on_device.data(), on.batch, on.drawn, stream)), "a launch is captured");
  check(cudaStreamEndCapture(stream, &graph), "capturing");
  check(cudaGraphInstantiate(&executable, graph, 0), "a graph");
  for (int step = 0; step < 5; ++step) {
    check(cudaGraphLaunch(executable, stream), "a replay");
    check(cudaStreamSynchronize(stream), "a replay");
    got.push_back(on.tokens.values());
  }
  // The same on the host, the token counted in each time.
  int differ = 0;
  for (const auto& tokens : got) {
    const auto want = expected(rows, samplers);
    for (std::size_t r = 0; r < want.size(); ++r) {
      differ += tokens[r] != want[r].token;
      if (want[r].token < 0) continue;
      ++rows.positions[r];
      Occurrence* const few = rows.few.data() + r * rows.capacity;
      const std::size_t place = place_of({few, rows.sizes[r]}, want[r].token);
      if (place < rows.sizes[r] && few[place].id == want[r].token) {
        ++few[place].output;
      } else if (rows.sizes[r] < rows.capacity) {
        for (std::size_t i = rows.sizes[r]++; i > place; --i) few[i] = few[i - 1];
        few[place] = {want[r].token, 1, 0, 0, {}};
      }
    }
  }
  check(differ == 0, "each replay draws what simd draws after the tokens before it");
  check(on.positions.values() == rows.positions, "positions advance by one with each token");
  cudaGraphExecDestroy(executable), cudaGraphDestroy(graph), cudaStreamDestroy(stream);
}

void streams_do_not_disturb_each_other() {
  const Rows<float> one(64, 20000, 3), other(64, 20000, 4);
  Batched<float> on_one(one), on_other(other);
  const Penalized sampler(RepetitionPenalty{1.1f}, Temperature{0.8f}, TopK{50}, TopP{0.95f});
  OnDevice<Penalized> alike(std::vector<Penalized>{sampler});
  cudaStream_t streams[2];
  for (auto& stream : streams) check(cudaStreamCreate(&stream), "a stream");
  for (int i = 0; i < 20; ++i) {
    check(static_cast<bool>(cuda::sample_alike(alike.data(), on_one.batch, on_one.drawn, streams[0])), "a launch");
    check(static_cast<bool>(cuda::sample_alike(alike.data(), on_other.batch, on_other.drawn, streams[1])), "a launch");
  }
  check(cudaDeviceSynchronize(), "two streams");
  std::vector<Penalized> samplers(64, sampler);
  const auto want_one = expected(one, samplers), want_other = expected(other, samplers);
  const auto got_one = on_one.tokens.values(), got_other = on_other.tokens.values();
  int differ = 0;
  for (std::size_t r = 0; r < 64; ++r) differ += got_one[r] != want_one[r].token, differ += got_other[r] != want_other[r].token;
  check(differ == 0, "two streams at once draw what each draws alone");
}

}  // namespace

int main() {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    std::printf("skipped: there is no GPU that CUDA can use\n");
    return 77;
  }
  cudaDeviceProp properties;
  check(cudaGetDeviceProperties(&properties, 0), "the device");
  std::printf("on %s\n", properties.name);
  const bool clusters = properties.major >= 9;
  const Penalized penalized(RepetitionPenalty{1.1f}, Temperature{0.8f}, TopK{50}, TopP{0.95f});
  draws_everywhere<float>("penalty, temperature, top-k, top-p", penalized, clusters);
#ifndef TAMIS_FEW_CHAINS
  draws_everywhere<BFloat16>("the same in bfloat16", penalized, clusters);
  draws_everywhere<Float16>("the same in float16", penalized, clusters);
  draws_everywhere<float>("exactly 1000", Penalized(RepetitionPenalty{1.1f}, Temperature{0.8f}, TopK{1000, Ties::least_id}, TopP{0.9f}), clusters);
  draws_everywhere<float>("top-p", Nucleus(TopP{0.9f}), clusters);
  draws_everywhere<float>("temperature alone", Plain(Temperature{1.2f}), clusters);
  draws_everywhere<float>("typical-p", Typical(TypicalP{0.8f}), clusters);
  draws_everywhere<float>("min-p and mirostat, which learns", Learning(MinP{0.01f}, Mirostat{}), clusters);
  draws_everywhere<float>("greedy", Likeliest(Greedy{}), clusters);
#endif
  replays_draw_on();
  streams_do_not_disturb_each_other();
  std::printf("%s\n", failures ? "FAILED" : "all passed");
  return failures ? 1 : 0;
}
