/// \file floor.cpp
/// What no sampler can go below: one reading of the row, and one pass that sums e^z, each by hand.

#include <benchmark/benchmark.h>

#include <string>
#include <tamis/backends/simd/dispatch.hpp>
#include <tamis/backends/simd/lanes.hpp>
#include <tamis/core/types.hpp>

#include "inputs.hpp"

namespace tamis::bench {
namespace {

/// The greatest of n floats, n a multiple of four registers or the rest left out (none of the vocabularies leaves any).
float greatest_of(const float* z, int n) {
  float most = 0;
  simd::on_best([&]<int W>() {
    simd::Lanes<W> a(masked), b(masked), c(masked), d(masked);
    for (int i = 0; i + 4 * W <= n; i += 4 * W) {
      a = lane_max(simd::Lanes<W>::load(z + i), a), b = lane_max(simd::Lanes<W>::load(z + i + W), b);
      c = lane_max(simd::Lanes<W>::load(z + i + 2 * W), c), d = lane_max(simd::Lanes<W>::load(z + i + 3 * W), d);
    }
    most = lane_max(lane_max(a, b), lane_max(c, d)).max();
  });
  return most;
}

/// The sum of e^(z - most), in floats.
float sum_of_exp(const float* z, int n, float most) {
  float sum = 0;
  simd::on_best([&]<int W>() {
    simd::Lanes<W> a(0.0f), b(0.0f);
    const simd::Lanes<W> top(most);
    for (int i = 0; i + 2 * W <= n; i += 2 * W) {
      a = a + lane_exp_down(simd::Lanes<W>::load(z + i) - top);
      b = b + lane_exp_down(simd::Lanes<W>::load(z + i + W) - top);
    }
    sum = (a + b).sum();
  });
  return sum;
}

const int registered = [] {
  for (const int vocab_size : vocabularies) {
    const std::string suffix = "/" + std::to_string(vocab_size);
    benchmark::RegisterBenchmark(("floor/read" + suffix).c_str(), [=](benchmark::State& state) {
      const auto z = row(Shape::synthetic, vocab_size);
      for (auto _ : state) benchmark::DoNotOptimize(greatest_of(z.data(), vocab_size));
    })->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark(("floor/expsum" + suffix).c_str(), [=](benchmark::State& state) {
      const auto z = row(Shape::synthetic, vocab_size);
      const float most = greatest_of(z.data(), vocab_size);
      for (auto _ : state) benchmark::DoNotOptimize(sum_of_exp(z.data(), vocab_size, most));
    })->Unit(benchmark::kMicrosecond);
  }
  return 0;
}();

}  // namespace
}  // namespace tamis::bench
