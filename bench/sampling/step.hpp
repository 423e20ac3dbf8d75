#pragma once

/// \file step.hpp
/// One step as a user pays for it: from raw logits, and what is known of the sequence, to a token.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <tamis/backends/simd.hpp>
#include <tamis/core/sequence.hpp>
#include <tamis/sampler.hpp>

#include "inputs.hpp"

namespace tamis::bench {

/// Registers sample/CHAIN/V for each vocabulary. `step(logits, position)` draws a token.
template <class MakeStep>
void add_chain(const std::string& chain, Shape shape, MakeStep make_step) {
  for (const int vocab_size : vocabularies) {
    benchmark::RegisterBenchmark(
        ("sample/" + chain + "/" + std::to_string(vocab_size)).c_str(), [=](benchmark::State& state) {
          const auto logits = row(shape, vocab_size);
          auto step = make_step(vocab_size);
          std::uint64_t position = 0;
          for (auto _ : state) benchmark::DoNotOptimize(step(logits, position++));
        })->Unit(benchmark::kMicrosecond);
  }
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
