/// \file beams.cpp
/// A step of a beam search beside a step of a greedy generation: `times_greedy` is what the beams
/// cost, each at its best of the runs. Four beams are to cost less than 4.5 times.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <tamis/generation/generate.hpp>
#include <tamis/generation/generate_beams.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <vector>

#include "real_model.hpp"

namespace tamis::bench {
namespace {

constexpr int new_tokens = 64;

template <class C>
void beams(benchmark::State& state, const BeamOptions& wanted, int threads) {
  auto model = real_model<C>(threads);
  const std::vector<TokenId> prompt{504, 3575, 282, 4649, 314};
  const GenerationOptions options{.max_new_tokens = new_tokens};  // and no end token
  const Sampler sampler{RepetitionPenalty{1.1f}, Greedy{}};
  double greedy = 1e9, searched = 1e9;
  for (auto _ : state) {
    const auto alone = generate(model, NoTokenizer{}, sampler, prompt, options);
    const auto found = generate_beams(model, NoTokenizer{}, sampler, prompt, wanted, options);
    if (!alone || !found) return state.SkipWithError("no generation");
    greedy = std::min(greedy, alone->statistics.decode_seconds);
    searched = std::min(searched, found->statistics.decode_seconds);
    state.SetIterationTime(found->statistics.decode_seconds / (new_tokens - 1));
  }
  state.counters["greedy_ms"] = greedy * 1e3 / (new_tokens - 1);
  state.counters["beams_ms"] = searched * 1e3 / (new_tokens - 1);
  state.counters["times_greedy"] = searched / greedy;
}

const int registered = [] {
  for (const int threads : {1, 2})
    for (const int count : {1, 2, 4, 8})
      for (const bool sample : {false, true}) {
        if (sample && count != 4) continue;
        const BeamOptions wanted{.num_beams = count, .do_sample = sample};
        const auto add = [&]<class C>(const std::string& cache) {
          const std::string name = std::string(sample ? "sampled_beams/" : "beams/") +
                                   std::to_string(count) + "/" + cache +
                                   "/threads:" + std::to_string(threads);
          benchmark::RegisterBenchmark(name.c_str(), beams<C>, wanted, threads)
              ->Unit(benchmark::kMillisecond)
              ->UseManualTime()
              ->Iterations(5);
        };
        add.template operator()<ContiguousKvCache>("contiguous");
        if (count == 4) add.template operator()<PagedKvCache>("paged");
      }
  return 0;
}();

}  // namespace
}  // namespace tamis::bench
