/// \file batches.cpp
/// A step of several sequences: in a batch, and one after the other.

#include <benchmark/benchmark.h>

#include <cstddef>
#include <span>
#include <string>
#include <tamis/generation/forward_batch.hpp>
#include <vector>

#include "real_model.hpp"

namespace tamis::bench {
namespace {

constexpr int depth = 100;  // tokens of each sequence

template <class C>
void step(benchmark::State& state, int sequences, int threads, bool together) {
  using Model = BasicLlama<C>;
  Model model = real_model<C>(threads);
  std::vector<C> caches(static_cast<std::size_t>(sequences), model.start());
  for (C& cache : caches) cache.extend(depth);
  const TokenId id = 100;
  std::vector<BatchEntry<Model>> entries;
  for (C& cache : caches) entries.push_back({&cache, {&id, 1}});
  float sum = 0;
  for (auto _ : state) {
    if (together)
      forward_batch(model, entries, [&](std::size_t, std::span<const float> z) { sum += z[0]; });
    else
      for (C& cache : caches) sum += model.forward(cache, {&id, 1})[0];
    for (C& cache : caches) cache.rewind(depth);
  }
  benchmark::DoNotOptimize(sum);
  state.counters["tokens/s"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * sequences, benchmark::Counter::kIsRate);
}

const int registered = [] {
  for (const int threads : {1, 2})
    for (const int sequences : {1, 4, 16, 64})
      for (const bool together : {false, true}) {
        const std::string name = std::string(together ? "batch/" : "one_by_one/") +
                                 std::to_string(sequences) + "/threads:" + std::to_string(threads);
        benchmark::RegisterBenchmark(name.c_str(), step<ContiguousKvCache>, sequences, threads,
                                     together)
            ->Unit(benchmark::kMillisecond)
            ->UseRealTime();
      }
  return 0;
}();

}  // namespace
}  // namespace tamis::bench
