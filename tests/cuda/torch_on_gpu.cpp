/// \file torch_on_gpu.cpp
/// Tensors on a GPU are drawn from by the fused kernel as aten::sample and simd draw from them; in the current stream, and
/// again from a graph that is replayed. Exit 77 where libtorch finds no GPU.

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <c10/core/StreamGuard.h>

#include <cstdio>
#include <tamis/backends/aten.hpp>
#include <tamis/backends/aten/kernel_batch.hpp>
#include <tamis/core/bfloat16.hpp>
#include <tamis/core/float16.hpp>
#include <vector>

#include "check.hpp"
#include "torch_kernels.hpp"

using namespace tamis;
using namespace on_gpu;

namespace {

/// Rows on the GPU, and what aten::sample draws from them there.
struct Rows {
  aten::KernelBatch batch;
  Small sampler{Temperature{1.3f}, MinP{0.01f}};

  Rows(int rows, int vocab_size, at::ScalarType type, int apart) {
    const at::TensorOptions longs = at::TensorOptions(at::kCUDA).dtype(at::kLong);
    batch.logits = at::randn({rows, vocab_size + apart}, longs.dtype(at::kFloat)).mul(3).to(type).slice(1, 0, vocab_size);
    batch.seeds = at::arange(rows, longs), batch.positions = at::zeros({rows}, longs);
  }
  at::Tensor expected() const {
    const auto choices = aten::sample(batch.logits, sampler, {batch.seeds, batch.positions});
    if (!choices) return std::printf("%s\n", choices.error().message.c_str()), at::Tensor();
    return choices->token;
  }
  Result<aten::KernelChoices> drawn(at::ScalarType tokens = at::kLong) const {
    return aten::sample_by_kernel(
        batch, [&](const auto& rows, const cuda::Drawn& to, CUstream_st* stream) { return draw_alike(sampler, rows, to, stream); }, tokens);
  }
};

void draws_as_aten_does() {
  for (const at::ScalarType type : {at::kFloat, at::kHalf, at::kBFloat16}) {
    for (const int vocab_size : {33, 5003, 128256}) {
      const Rows rows(40, vocab_size, type, vocab_size % 2 ? 3 : 0);
      const auto drawn = rows.drawn(), narrow = rows.drawn(at::kInt);
      if (!drawn || !narrow) return check(false, drawn ? narrow.error().message.c_str() : drawn.error().message.c_str());
      check(at::equal(drawn->token, rows.expected()), "the kernel draws from tensors what aten::sample draws");
      check(at::equal(narrow->token.to(at::kLong), drawn->token), "tokens of 32 bits are those of 64");
    }
  }
}

void honours_the_current_stream() {
  const Rows rows(8, 20000, at::kFloat, 0);
  const at::Tensor expected = rows.expected();
  const c10::impl::VirtualGuardImpl cuda(at::kCUDA);
  const c10::Device device = rows.batch.logits.device();
  cuda.synchronizeDevice(device.index());
  const c10::StreamGuard guard(cuda.getStreamFromGlobalPool(device));
  check(aten::kernel::current_stream(device) != nullptr, "the stream is that of the pool, and not the default one");
  const auto drawn = rows.drawn();
  check(drawn && at::equal(drawn->token, expected), "another stream draws the same");
}

void each_row_has_its_sampler() {
  Rows rows(6, 20000, at::kFloat, 0);
  std::vector<Small> samplers;
  for (int i = 0; i < 6; ++i) samplers.push_back(Small{Temperature{0.5f + 0.3f * static_cast<float>(i)}, MinP{0.01f}});
  const at::Tensor bytes = aten::samplers_of(std::span<const Small>(samplers), at::kCUDA);
  rows.batch.advances = true;
  for (int step = 0; step < 3; ++step) {
    const auto expected = aten::sample(rows.batch.logits, samplers, {rows.batch.seeds, rows.batch.positions});
    const auto drawn = aten::sample_by_kernel(rows.batch, [&](const cuda::Batch<float>& batch, const cuda::Drawn& to, CUstream_st* stream) {
      return draw_each(static_cast<Small*>(bytes.data_ptr()), batch, to, stream);
    });
    check(expected && drawn && at::equal(drawn->token, expected->token), "each row is drawn from by its own sampler, at its own position");
  }
}

}  // namespace

int main() {
  at::set_num_threads(1);
  if (!at::hasCUDA()) {
    std::printf("skipped: libtorch finds no GPU here; configure with TAMIS_TORCH_CUDA=ON where there is one\n");
    return 77;
  }
  draws_as_aten_does();
  honours_the_current_stream();
  each_row_has_its_sampler();
  std::printf("%s\n", failures ? "FAILED" : "all passed");
  return failures ? 1 : 0;
}
