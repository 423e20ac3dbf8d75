/// \file caches.cpp
/// What caches cost: a fork, a token's memory, a step at a depth, and perplexity.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <tamis/tokenizers/bpe_from_gguf.hpp>
#include <vector>

#include "real_model.hpp"

namespace tamis::bench {
namespace {

/// A fork of a cache with so many tokens, and its end; with the shape of SmolLM2.
template <class C>
void fork(benchmark::State& state, int tokens) {
  C cache(30, 3, 64);
  cache.extend(tokens);
  for (auto _ : state) {
    C copy = cache.fork();
    benchmark::DoNotOptimize(copy);
  }
  state.counters["bytes_per_token"] = static_cast<double>(cache.bytes_per_token());
  state.counters["bytes"] = static_cast<double>(cache.bytes());
}

/// A fork, and a token for it: what a beam pays.
template <class C>
void fork_and_extend(benchmark::State& state, int tokens) {
  C cache(30, 3, 64);
  cache.extend(tokens);
  for (auto _ : state) {
    C copy = cache.fork();
    copy.extend(1);
    benchmark::DoNotOptimize(copy);
  }
}

/// One token after so many.
template <class C>
void decode(benchmark::State& state, int depth, int threads) {
  auto model = real_model<C>(threads);
  auto cache = model.start();
  cache.extend(depth);  // what is in it changes no time
  const TokenId id = 100;
  for (auto _ : state) {
    benchmark::DoNotOptimize(model.forward(cache, {&id, 1}).data());
    cache.rewind(depth);
  }
  state.counters["tokens/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

/// The perplexity of a text of the repository, in its own words.
template <class C>
void perplexity(benchmark::State& state) {
  std::ifstream file(TAMIS_BENCH_TEXT);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const auto tokenizer = bpe_from_gguf(real_file());
  if (!tokenizer || text.empty()) return state.SkipWithError("there is no text to read");
  auto ids = tokenizer->encode(text);
  ids.resize(std::min<std::size_t>(ids.size(), 3000));
  auto model = real_model<C>(2);
  double sum = 0, late = 0;  // of all tokens, and of those behind the window
  std::size_t late_count = 0;
  for (auto _ : state) {
    auto cache = model.start();
    model.forward_each(cache, ids, [&](std::size_t i, std::span<const float> logits) {
      if (i + 1 == ids.size()) return;
      double total = 0;
      for (const float z : logits) total += std::exp(z);
      const double loss = std::log(total) - logits[static_cast<std::size_t>(ids[i + 1])];
      sum += loss;
      if (i >= 1024) late += loss, ++late_count;
    });
  }
  state.counters["perplexity"] = std::exp(sum / static_cast<double>(ids.size() - 1));
  state.counters["after_1024"] = std::exp(late / static_cast<double>(late_count));
  state.counters["tokens"] = static_cast<double>(ids.size());
}

const int registered = [] {
  for_caches([]<class C>(const std::string& name) {
    for (const int tokens : {100, 2000}) {
      const std::string suffix = name + "/" + std::to_string(tokens);
      benchmark::RegisterBenchmark(("fork/" + suffix).c_str(), fork<C>, tokens)
          ->Unit(benchmark::kMicrosecond);
      benchmark::RegisterBenchmark(("fork_and_extend/" + suffix).c_str(), fork_and_extend<C>,
                                   tokens)
          ->Unit(benchmark::kMicrosecond);
    }
    for (const int depth : {16, 500, 2000})
      benchmark::RegisterBenchmark(("decode/" + name + "/" + std::to_string(depth)).c_str(),
                                   decode<C>, depth, 1)
          ->Unit(benchmark::kMillisecond)
          ->UseRealTime();
    benchmark::RegisterBenchmark(("perplexity/" + name).c_str(), perplexity<C>)
        ->Iterations(1)
        ->Unit(benchmark::kSecond)
        ->UseRealTime();
  });
  return 0;
}();

}  // namespace
}  // namespace tamis::bench
