/// \file neutral.cpp
/// What one sampler for every configuration costs where the configuration asks for little: Standard
/// beside the sampler that does just that, on simd, with the vocabulary of Llama 3. The ratio is
/// the counter `to_plain`, of the least times of both, measured in turn.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <tamis/backends/simd.hpp>
#include <tamis/core/sequence.hpp>
#include <tamis/io/generation_fields.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/presets/standard.hpp>
#include <tamis/testing/rows.hpp>
#include <vector>

using namespace tamis;

namespace {

constexpr std::size_t vocab_size = 128256;

/// A history of 200 tokens, of which some occur twice.
Sequence history() {
  Sequence sequence;
  for (TokenId i = 0; i < 200; ++i) sequence.append(i * i % 1009 * 127);
  return sequence;
}

/// Draws with both from the same rows, in turn; `to_plain` is by what factor `sampler` takes
/// longer.
template <class S, class Plain>
void compare(benchmark::State& state, S sampler, Plain plain) {
  const auto logits = testing::make_row(testing::RowKind::normal, 1, vocab_size);
  const Sequence sequence = history();
  std::uint64_t position = 0;
  const auto seconds = [&](auto& any) {
    simd::RowOf row(logits, Stream{1, position}, sequence.facts());
    const auto start = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(any(row));
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  double mine = std::numeric_limits<double>::max(), theirs = mine;
  for (auto _ : state) {
    ++position;
    const double once = seconds(sampler);
    mine = std::min(mine, once), theirs = std::min(theirs, seconds(plain));
    state.SetIterationTime(once);
  }
  state.counters["to_plain"] = mine / theirs;
}

GenerationConfig greedy() {
  GenerationConfig config = neutral_config();
  config.do_sample = false;
  return config;
}
GenerationConfig nucleus() {
  GenerationConfig config = neutral_config();
  config.top_p = 0.9;
  return config;
}

}  // namespace

BENCHMARK_CAPTURE(compare, neutral, Standard(resolved(neutral_config())), Sampler<>())
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(compare, greedy, Standard(resolved(greedy())), Sampler{Greedy{}})
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(compare, top_p, Standard(resolved(nucleus())), Sampler{TopP{0.9f}})
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);
