/// \file sample_on_gpu.cu
/// Draws the next token of four requests from a tensor on a GPU in one launch. Needs nvcc, and libtorch with CUDA.

#include <ATen/Context.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>

#include <cstdio>
#include <tamis/backends/aten/kernel_batch.hpp>
#include <tamis/backends/cuda.cuh>
#include <tamis/core/sequence.hpp>
#include <tamis/policies/min_p.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/sampler.hpp>
#include <vector>

using namespace tamis;

int main() {
  if (!at::hasCUDA()) return std::printf("skipped: libtorch finds no GPU here\n"), 77;
  const at::TensorOptions floats = at::TensorOptions(at::kCUDA).dtype(at::kFloat), longs = floats.dtype(at::kLong);
  const std::vector<TokenId> prompt = {1, 15043, 29892};
  const Sequence sequence(prompt, /*seed=*/7);
  const std::vector<Facts> facts(4, sequence.facts());

  // quote: kernel
  aten::KernelBatch batch;
  batch.logits = at::randn({4, 128256}, floats).mul(3);  // what a model returns
  batch.seeds = at::arange(4, longs);
  batch.positions = at::zeros({4}, longs), batch.advances = true;  // the next draw is of the next token
  const auto history = aten::history_of(facts, /*capacity=*/1024, at::kCUDA);
  if (!history) return std::printf("%s\n", history.error().message.c_str()), 1;
  batch.history = *history;  // where the kernel counts in what it draws

  const Sampler sampler{RepetitionPenalty{1.1f}, Temperature{0.8f}, MinP{0.05f}};
  const auto draw = [&](const tamis::cuda::Batch<float>& rows, const tamis::cuda::Drawn& to, cudaStream_t stream) {
    return tamis::cuda::sample_alike(sampler, rows, to, stream);  // ::cuda is what libtorch includes
  };
  const auto drawn = aten::sample_by_kernel(batch, draw);
  if (!drawn) return std::printf("%s\n", drawn.error().message.c_str()), 1;
  const at::Tensor next = drawn->token;  // int64 [4] on the GPU, for the model's next step; nothing has been waited for
  // quote end

  const at::Tensor tokens = next.cpu();  // this waits
  for (int i = 0; i < 4; ++i) std::printf("token %lld\n", static_cast<long long>(tokens.const_data_ptr<std::int64_t>()[i]));
  return 0;
}
