#pragma once

/// \file step.hpp
/// One step as a user pays for it: from raw logits, and what is known of the sequence, to a token.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <tamis/backends/simd.hpp>
#include <tamis/core/sequence.hpp>
#include <tamis/sampler.hpp>
#include <utility>
#include <vector>

#include "inputs.hpp"

namespace tamis::bench {

/// Registers FAMILY/CHAIN/V for each vocabulary. `make_step(V)` makes a `step(logits, position)` that draws a token.
template <class MakeStep>
void add_steps(const std::string& family, const std::string& chain, Shape shape, MakeStep make_step) {
  for (const int vocab_size : vocabularies) {
    benchmark::RegisterBenchmark(
        (family + "/" + chain + "/" + std::to_string(vocab_size)).c_str(), [=](benchmark::State& state) {
          const auto logits = row(shape, vocab_size);
          auto step = make_step(vocab_size);
          std::uint64_t position = 0;
          for (auto _ : state) benchmark::DoNotOptimize(step(logits, position++));
        })->Unit(benchmark::kMicrosecond);
  }
}

/// Registers FAMILY_real/CHAIN: an iteration draws from each of the real rows. Counted are the mean of a row's step and its
/// 90th percentile over the rows, in microseconds.
template <class MakeStep>
void add_real_steps(const std::string& family, const std::string& chain, MakeStep make_step) {
  benchmark::RegisterBenchmark((family + "_real/" + chain).c_str(), [=](benchmark::State& state) {
    using Clock = std::chrono::steady_clock;
    const RealRows& rows = real_rows();
    if (rows.count == 0) return state.SkipWithError("the model is not installed; examples/demo.sh does it, or set TAMIS_MODEL");
    auto step = make_step(rows.vocab_size);
    std::vector<double> spent(static_cast<std::size_t>(rows.count));
    std::uint64_t position = 0;
    for (auto _ : state)
      for (int i = 0; i < rows.count; ++i) {
        const auto begin = Clock::now();
        benchmark::DoNotOptimize(step(rows[i], position++));
        spent[static_cast<std::size_t>(i)] += std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
      }
    const double rounds = static_cast<double>(state.iterations());
    std::sort(spent.begin(), spent.end());
    double sum = 0;
    for (const double one : spent) sum += one;
    state.counters["mean_us"] = sum / rounds / rows.count;
    state.counters["p90_us"] = spent[spent.size() * 9 / 10] / rounds;
  })->Unit(benchmark::kMicrosecond);
}

/// Registers sample/CHAIN/V, and sample_real/CHAIN where the chain is meant for such rows.
template <class MakeStep>
void add_chain(const std::string& chain, Shape shape, MakeStep make_step) {
  add_steps("sample", chain, shape, make_step);
  if (shape == Shape::synthetic) add_real_steps("sample", chain, make_step);
}

/// A step with a sampler that needs to know nothing but the logits.
template <class S>
auto plain(S sampler) {
  return [=](int) {
    return [sampler](std::span<const float> logits, std::uint64_t position) mutable {
      simd::RowOf row(logits, Stream{1, position});
      return sampler(row).token;
    };
  };
}

/// A step with what a sequence says of its tokens.
template <class S>
auto knowing(S sampler, Sequence sequence) {
  return [sampler, sequence = std::move(sequence)](std::span<const float> logits, std::uint64_t position) mutable {
    simd::RowOf row(logits, Stream{1, position}, sequence.facts());
    return sampler(row).token;
  };
}

}  // namespace tamis::bench
