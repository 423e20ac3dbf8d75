/// \file sampling.cpp
/// Top-k 50, top-p 0.95 and a draw from tensors: tamis::aten, libtorch's own operations as Python programs call them,
/// and simd on the same memory. On the CPU with one thread, and on a GPU if there is one.

#include <ATen/Context.h>
#include <ATen/DeviceGuard.h>
#include <ATen/Parallel.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <benchmark/benchmark.h>

#include <tamis/backends/aten.hpp>
#include <tamis/backends/simd.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/sampler.hpp>
#include <vector>

namespace {

using namespace tamis;

constexpr Sampler<Temperature, TopK, TopP> sampler{Temperature{0.8f}, TopK{50}, TopP{0.95f}};

/// Rows of the benchmark's arguments, [B, V], on the device of its first argument.
at::Tensor logits_of(const benchmark::State& state) {
  at::set_num_threads(1);
  const at::Device device = state.range(0) ? at::kCUDA : at::kCPU;
  return at::randn({state.range(1), state.range(2)}, at::TensorOptions(device)).mul_(3);
}

/// Waits for what was begun: reads a token.
void finish(const at::Tensor& tokens) { benchmark::DoNotOptimize(tokens.select(0, 0).cpu()); }

void through_aten(benchmark::State& state) {
  const at::Tensor logits = logits_of(state);
  std::vector<Stream> streams(static_cast<std::size_t>(state.range(1)));
  for (auto _ : state) {
    for (std::size_t row = 0; row < streams.size(); ++row) streams[row] = {row, streams[row].position + 1};
    finish(aten::sample(logits, sampler, streams)->token);
  }
}

/// topk, softmax, cumsum and multinomial: what libtorch offers.
void by_libtorch(benchmark::State& state) {
  const at::Tensor logits = logits_of(state);
  for (auto _ : state) {
    const auto [top, ids] = logits.div(0.8).topk(50, 1);
    const at::Tensor p = top.softmax(1);
    const at::Tensor kept = p.masked_fill(p.cumsum(1).sub_(p).ge(0.95), 0);
    finish(ids.gather(1, kept.multinomial(1)).squeeze(1));
  }
}

/// The library's fastest way on the CPU, from the tensor's memory.
void through_simd(benchmark::State& state) {
  const at::Tensor logits = logits_of(state);
  const auto vocab_size = static_cast<std::size_t>(state.range(2));
  std::uint64_t position = 0;
  for (auto _ : state) {
    ++position;
    // quote: simd
    for (std::int64_t row = 0; row < logits.size(0); ++row) {
      const float* const from = logits.const_data_ptr<float>() + row * logits.stride(0);
      simd::RowOf one(std::span(from, vocab_size), {static_cast<std::uint64_t>(row), position});
      benchmark::DoNotOptimize(sampler(one));
    }
    // quote end
  }
}

/// Device (0: CPU, 1: GPU), rows, vocabulary.
void shapes(benchmark::internal::Benchmark* bench, bool on_gpu) {
  bench->ArgNames({"gpu", "B", "V"})->Unit(benchmark::kMillisecond)->UseRealTime();
  for (const std::int64_t rows : {1, 8}) bench->Args({0, rows, 128256});
  if (!on_gpu || !at::hasCUDA()) return;
  for (const std::int64_t rows : {1, 8, 64, 256}) bench->Args({1, rows, 128256});
}

BENCHMARK(through_aten)->Apply([](auto* bench) { shapes(bench, true); });
BENCHMARK(by_libtorch)->Apply([](auto* bench) { shapes(bench, true); });
BENCHMARK(through_simd)->Apply([](auto* bench) { shapes(bench, false); });

}  // namespace
