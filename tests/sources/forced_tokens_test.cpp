#include <tamis/policies/forced.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/sources/forced_tokens.hpp>

#include "catch.hpp"
#include "policies/policy_checks.hpp"
#include "random_walk.hpp"

using namespace tamis;
using namespace tamis::testing;

TEST_CASE("ForcedTokens speak at one length, prompt included, and at no other") {
  const ForcedTokens end({2}, 3);
  CHECK(said_by(end, {1, 1}).empty());
  CHECK(said_by(end, {1, 1}, {1}).size() == 1);
  CHECK(said_by(end, {1, 1}, {1, 1}).empty());
}

TEST_CASE(
    "ForcedTokens leave nothing else any probability, whatever the logits and the temperature") {
  for (const RowKind kind : {RowKind::normal, RowKind::one_towers, RowKind::offset}) {
    const auto row = make_row(kind, 1, 33);
    Sequence sequence(std::vector<TokenId>{4});
    ForcedTokens({7, 9}, 1).push(sequence);
    const auto left = left_by(row, sequence.facts(), {}, Temperature{2.0f});
    for (const auto& k : left.kept()) CHECK(k.probability == (k.id == 7 || k.id == 9 ? 0.5 : 0.0));
    const auto nucleus = left_by(row, sequence.facts(), {}, TopP{0.9f});
    REQUIRE(nucleus.kept().size() == 2);
    CHECK(nucleus.kept()[0].id == 7);
  }
}

TEST_CASE("ForcedTokens with a slot are for the policy Forced") {
  Sequence sequence(std::vector<TokenId>{4});
  const ForcedTokens begin({0}, 1, 2);
  begin.push(sequence);
  const std::vector<float> row = {-5, 3, 2};
  CHECK(
      (after(sequence, row, Forced{begin.active(sequence)}) == std::vector{0.0f, masked, masked}));
  sequence.append(0);
  CHECK_FALSE(begin.active(sequence));
}
