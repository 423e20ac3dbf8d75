#include <tamis/generation/continuation.hpp>

#include <string>
#include <tamis/policies/multinomial.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/testing/toy_model.hpp>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "pieces.hpp"

using namespace tamis;
using tamis::testing::ToyModel;
using Tokens = std::vector<TokenId>;
using Chain = Sampler<RepetitionPenalty, Temperature>;
using Run = Continuation<Chain>;

static Run begun(ToyModel& model, std::uint64_t seed, Tokens prompt, int length) {
  auto run = Run::of(model, NoTokenizer{}, Chain{RepetitionPenalty{1.2f}, Temperature{0.8f}},
                     prompt, {.max_new_tokens = length, .seed = seed});
  REQUIRE(run);
  return *std::move(run);
}

static bool step(Run& run, const ToyModel& model) {
  return run.step(model.logits_after(run.sequence().tokens()));
}

TEST_CASE("Requests draw the same tokens one after the other as in any turn") {
  auto model = ToyModel::remembering(30);
  std::vector<Run> alone, together;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Tokens prompt(seed + 1, 3);
    const int length = 20 + static_cast<int>(seed);
    alone.push_back(begun(model, seed, prompt, length));
    together.push_back(begun(model, seed, prompt, length));
    while (!alone.back().is_over()) step(alone.back(), model);
  }
  for (std::size_t turn = 0, left = 5; left > 0; ++turn) {
    Run& run = together[turn * 7 % 5];
    if (run.is_over()) continue;
    step(run, model);
    left -= run.is_over();
  }
  for (std::size_t at = 0; at < 5; ++at) {
    CHECK(together[at].generation().tokens == alone[at].generation().tokens);
    CHECK(alone[at].generation().tokens.size() == 20 + at);
  }
}

TEST_CASE("A copy of a continuation goes its own way, which is the same") {
  auto model = ToyModel::remembering(30);
  Run run = begun(model, 7, {1, 2}, 10);
  for (int i = 0; i < 4; ++i) step(run, model);
  Run copy = run;
  while (!run.is_over()) step(run, model);
  CHECK(copy.generation().tokens.size() == 4);
  while (!copy.is_over()) step(copy, model);
  CHECK(copy.generation().tokens == run.generation().tokens);
}

TEST_CASE("What is over stays as it is") {
  auto model = ToyModel::remembering(30);
  Run run = begun(model, 7, {1, 2}, 3);
  CHECK_FALSE(run.is_over());
  while (!run.is_over()) CHECK(step(run, model));
  CHECK_FALSE(step(run, model));
  run.cancel();
  CHECK(run.generation().finish == FinishReason::length);
  CHECK(run.generation().tokens.size() == 3);
  CHECK_FALSE(run.generation().error);

  Run ended = begun(model, 7, {1, 2}, 3);
  step(ended, model);
  ended.cancel();
  CHECK(ended.is_over());
  CHECK(ended.generation().finish == FinishReason::cancelled);
  CHECK(ended.generation().statistics.new_tokens == 1);
  CHECK_FALSE(step(ended, model));
}

TEST_CASE("What is ended from outside keeps the text that was held") {
  const Pieces pieces{{"a", "E", "N", "D"}};
  auto model = pieces.model();
  auto run =
      Continuation<Chain, Pieces>::of(model, pieces, Chain{RepetitionPenalty{1}, Temperature{1}},
                                      Tokens{3}, {.stop_strings = {"END"}});
  REQUIRE(run);
  for (int i = 0; i < 3; ++i) run->step(model.logits_after(run->sequence().tokens()));
  CHECK(run->generation().text == "a");
  run->cancel();
  CHECK(run->generation().text == "aEN");
}
