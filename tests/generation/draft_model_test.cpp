#include <tamis/generation/draft_model.hpp>

#include <cmath>
#include <tamis/policies/temperature.hpp>
#include <tamis/sampler.hpp>
#include <tamis/sources/no_repeat_ngram.hpp>
#include <tamis/testing/toy_model.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;
using tamis::testing::ToyModel;
using Tokens = std::vector<TokenId>;

static const Sampler<Temperature> plain{Temperature{1}}, greedy{Temperature{0}};
static const Tokens prompt{3, 1, 2};

TEST_CASE("A draft model drafts what it would generate, by the target's noise") {
  auto model = ToyModel::remembering(8, 5);
  auto drafter = DraftModel<ToyModel>::of(model, 8);
  REQUIRE(drafter);
  Sequence sequence(prompt, 11);
  const Draft draft = drafter->draft(sequence, plain, 5, Acceptance::shared_noise);
  CHECK(draft.distributions.empty());
  REQUIRE(draft.tokens.size() == 5);
  for (const TokenId drafted : draft.tokens) {
    const auto logits = model.logits_after(sequence.tokens());
    auto row = row_of(logits, sequence.stream(), sequence.facts());
    CHECK(plain(row).token == drafted);
    sequence.append(drafted);
  }
}

TEST_CASE("For rejection each token comes with what it was drawn from, and by other noise") {
  auto model = ToyModel::remembering(50, 5);
  auto drafter = DraftModel<ToyModel>::of(model, 50);
  Sequence sequence(prompt, 11);
  const Draft draft = drafter->draft(sequence, plain, 6, Acceptance::rejection);
  const Draft shared = drafter->draft(sequence, plain, 6, Acceptance::shared_noise);
  REQUIRE(draft.tokens.size() == 6);
  REQUIRE(draft.distributions.size() == 6);
  CHECK(draft.tokens != shared.tokens);
  for (std::size_t i = 0; i < 6; ++i) {
    const auto logs = model.log_probabilities_after(sequence.tokens());
    for (TokenId id = 0; id < 50; ++id)
      CHECK(draft.distributions[i].log_probability(id) ==
            Approx(logs[static_cast<std::size_t>(id)]).margin(1e-5));
    sequence.append(draft.tokens[i]);
  }
}

TEST_CASE("A draft model reads what is new, and goes back over what was rejected") {
  auto model = ToyModel::remembering(8, 5);
  auto drafter = DraftModel<ToyModel>::of(model, 8);
  Sequence sequence(prompt, 11);
  (void)drafter->draft(sequence, plain, 4, Acceptance::shared_noise);
  CHECK(model.tokens_read() == 3 + 3);  // the last of a draft is not read
  sequence.append(7);
  auto other = ToyModel::remembering(8, 5);
  auto fresh = DraftModel<ToyModel>::of(other, 8);
  CHECK(drafter->draft(sequence, plain, 4, Acceptance::shared_noise).tokens ==
        fresh->draft(sequence, plain, 4, Acceptance::shared_noise).tokens);
  CHECK(model.tokens_read() <= 3 + 3 + 4);
}

TEST_CASE("The sources of a draft model speak to its drafts, and take back what was rejected") {
  auto model = ToyModel::counting(3);
  using WithSources = DraftModel<ToyModel, NoRepeatNgram>;
  auto drafter = WithSources::of(model, 3, NoRepeatNgram(2));
  Sequence sequence(Tokens{0, 1}, 1);
  // 0 1 2 0, and then 1 may not come, and nothing else can.
  CHECK(drafter->draft(sequence, greedy, 9, Acceptance::shared_noise).tokens == Tokens{2, 0});
  CHECK(drafter->draft(sequence, greedy, 9, Acceptance::shared_noise).tokens == Tokens{2, 0});
  const Sequence another(Tokens{1, 2}, 1);
  CHECK(drafter->draft(another, greedy, 9, Acceptance::shared_noise).tokens == Tokens{0, 1});
}

TEST_CASE("A draft model whose context is full drafts nothing") {
  auto model = ToyModel::counting(10, 4);
  auto drafter = DraftModel<ToyModel>::of(model, 10);
  CHECK(drafter->draft(Sequence(prompt), greedy, 9, Acceptance::shared_noise).tokens == Tokens{3});
  CHECK(drafter->draft(Sequence(Tokens{1, 2, 3, 4, 5}), greedy, 9, Acceptance::shared_noise)
            .tokens.empty());
}

TEST_CASE("A draft model of another vocabulary is refused") {
  auto model = ToyModel::counting(10);
  const auto drafter = DraftModel<ToyModel>::of(model, 12);
  REQUIRE_FALSE(drafter);
  CHECK(drafter.error().message ==
        "the draft model has a vocabulary of 10 tokens, and the model that it drafts for one of "
        "12; a draft model must "
        "have the same tokens");
}
