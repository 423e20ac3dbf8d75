#include <tamis/generation/generate_beams.hpp>
#include <tamis/testing/toy_model.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;
using tamis::testing::ToyModel;
using Tokens = std::vector<TokenId>;

TEST_CASE("What a step calls certain is in every sequence found later, and grows") {
  auto model = ToyModel::remembering(12, 4, 6);
  std::vector<Tokens> certain;
  const auto found = generate_beams(model, NoTokenizer{}, Sampler<>(), Tokens{1, 2},
                                    {.num_beams = 3, .num_return_sequences = 3},
                                    {.max_new_tokens = 12}, [&](const BeamStep& step) {
                                      CHECK(step.new_tokens == certain.size() + 1);
                                      CHECK(step.best.size() == step.new_tokens);
                                      const auto front = step.best.first(step.certain);
                                      certain.emplace_back(front.begin(), front.end());
                                    });
  REQUIRE(found);
  REQUIRE(certain.size() == 11);
  CHECK(certain.back().size() > 0);
  for (const BeamHypothesis& one : found->sequences)
    for (const Tokens& front : certain)
      CHECK(std::equal(front.begin(), front.end(), one.tokens.begin()));
}
