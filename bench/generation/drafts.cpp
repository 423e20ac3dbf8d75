/// \file drafts.cpp
/// What drafts bring on the real model: tokens a second, with the share of drafted tokens that was
/// accepted.

#include <benchmark/benchmark.h>

#include <string>
#include <tamis/generation/generate.hpp>
#include <tamis/generation/prompt_lookup.hpp>
#include <tamis/generation/speculative.hpp>
#include <tamis/metrics/acceptance_rate.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>
#include <vector>

#include "real_model.hpp"

namespace tamis::bench {
namespace {

using Chain = Sampler<Temperature, TopK>;

/// A text that repeats itself, as tables, logs and refrains do.
const char* const repeating =
    "| north | 12 | open |\n| south | 12 | open |\n| north | 12 | open |\n| south | 12 | open |\n"
    "| north | 12 | open |\n| south | 12 | open |\n| north | 12 | open |\n| south |";
/// One that does not.
const char* const fresh = "Once upon a time, in a small village by the sea,";

constexpr int new_tokens = 96;

std::vector<TokenId> tokens_of(const char* text) {
  static const auto tokenizer = bpe_from_gguf(real_file());
  return tokenizer->encode(text);
}

void count(benchmark::State& state, const Result<Generation>& made) {
  if (!made) return state.SkipWithError(made.error().message.c_str());
  const auto& speculation = made->statistics.speculation;
  if (speculation.proposed > 0) {
    state.counters["acceptance_rate"] = metrics::acceptance_rate(speculation);
    state.counters["tokens_per_pass"] = metrics::tokens_per_step(speculation);
  }
  state.counters["tokens/s"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * new_tokens, benchmark::Counter::kIsRate);
}

void alone(benchmark::State& state, const char* text, Chain sampler) {
  auto model = real_model<ContiguousKvCache>();
  Memory memory(model);
  const auto prompt = tokens_of(text);
  Result<Generation> made = Error{"nothing was run"};
  for (auto _ : state)
    made = generate(model, memory, NoTokenizer{}, sampler, prompt,
                    {.max_new_tokens = new_tokens, .seed = 1});
  count(state, made);
}

/// `drafter_of(model)` makes a drafter for each text.
template <class DrafterOf>
void drafted(benchmark::State& state, const char* text, Chain sampler,
             SpeculationOptions speculation, DrafterOf drafter_of) {
  auto model = real_model<ContiguousKvCache>();
  Memory memory(model);
  const auto prompt = tokens_of(text);
  Result<Generation> made = Error{"nothing was run"};
  for (auto _ : state) {
    auto drafter = drafter_of(model);
    made = generate_speculative(model, memory, NoTokenizer{}, sampler, prompt, drafter,
                                {.max_new_tokens = new_tokens, .seed = 1}, speculation);
  }
  count(state, made);
}

void add(const std::string& name, auto run) {
  benchmark::RegisterBenchmark(name.c_str(), run)->Unit(benchmark::kMillisecond)->UseRealTime();
}

const int registered = [] {
  struct Text {
    const char* name;
    const char* text;
  };
  struct Named {
    const char* name;
    Chain sampler;
  };
  for (const Text& text : {Text{"repeating", repeating}, Text{"fresh", fresh}})
    for (const Named& named : {Named{"greedy", Chain{Temperature{0}, TopK{0}}},
                               Named{"sampled", Chain{Temperature{0.7f}, TopK{40}}}}) {
      const std::string suffix = std::string("/") + text.name + "/" + named.name;
      const Chain sampler = named.sampler;
      const char* const words = text.text;
      add("alone" + suffix, [=](benchmark::State& state) { alone(state, words, sampler); });
      for (const Acceptance acceptance : {Acceptance::shared_noise, Acceptance::rejection}) {
        const std::string rule =
            acceptance == Acceptance::rejection ? "/rejection" : "/shared_noise";
        add("lookup" + rule + suffix, [=](benchmark::State& state) {
          drafted(state, words, sampler, {.acceptance = acceptance},
                  [](auto&) { return PromptLookup(); });
        });
      }
    }
  return 0;
}();

}  // namespace
}  // namespace tamis::bench
