/// \file speculative_real_model_test.cpp
/// Drafts on SmolLM2-135M-Instruct.

#include <string>
#include <tamis/generation/draft_model.hpp>
#include <tamis/generation/generate.hpp>
#include <tamis/generation/prompt_lookup.hpp>
#include <tamis/generation/speculative.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <vector>

#include "catch.hpp"
#include "real_model.hpp"

using namespace tamis;
using Tokens = std::vector<TokenId>;
using Chain = Sampler<RepetitionPenalty, Temperature, TopK>;

static Generation made(Result<Generation> result) {
  if (!result) FAIL(result.error().message);
  return *std::move(result);
}

TEST_CASE("On a real model the tokens are the same with drafts, from the prompt and from a model") {
  RealModel* const it = real_model();
  if (!it) return;
  auto& [model, tokenizer] = *it;
  auto twin = model.sibling();
  const Chain greedy{RepetitionPenalty{1}, Temperature{0}, TopK{0}};
  for (const std::string& prompt :
       {std::string("One, two, three, four. One, two, three, four. One, two,"),
        std::string("def area(width, height):\n  return width * height\n\ndef "
                    "area_of_square(width):\n  return")})
    for (const Chain& sampler :
         {greedy, Chain{RepetitionPenalty{1.2f}, Temperature{0.8f}, TopK{40}},
          Chain{RepetitionPenalty{1}, Temperature{1.2f}, TopK{0}}}) {
      const Tokens ids = tokenizer.encode(prompt);
      const GenerationOptions options{.max_new_tokens = 24, .seed = 5};
      Memory memory(model);
      const Generation plain = made(generate(model, memory, tokenizer, sampler, ids, options));
      PromptLookup lookup(1);
      CHECK(made(generate_speculative(model, memory, tokenizer, sampler, ids, lookup, options))
                .tokens == plain.tokens);
      // A draft model that is the model: everything it drafts is right, for the noise is shared.
      auto drafter = *DraftModel<Llama>::of(twin, model.vocab_size());
      const auto drafted =
          made(generate_speculative(model, memory, tokenizer, sampler, ids, drafter, options));
      CHECK(drafted.tokens == plain.tokens);
      CHECK(drafted.text == plain.text);
      CHECK(drafted.statistics.speculation.accepted == drafted.statistics.speculation.proposed);
      CHECK(drafted.statistics.speculation.steps < 8);
    }
}

TEST_CASE("Of a text that repeats itself most of what is looked up is right") {
  RealModel* const it = real_model();
  if (!it) return;
  auto& [model, tokenizer] = *it;
  const Tokens ids = tokenizer.encode("red green blue yellow red green blue yellow red green");
  PromptLookup lookup;
  Memory memory(model);
  const Chain greedy{RepetitionPenalty{1}, Temperature{0}, TopK{0}};
  const auto run = made(generate_speculative(model, memory, tokenizer, greedy, ids, lookup,
                                             {.max_new_tokens = 40}));
  const auto& all = run.statistics.speculation;
  CHECK(metrics::acceptance_rate(all) > 0.6);
  CHECK(metrics::tokens_per_step(all) > 3);
}
