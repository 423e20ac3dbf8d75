#include <tamis/policies/presence_penalty.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;

/// A prompt of 0 1 1, then 2 2 1 generated.
static Sequence example() {
  Sequence sequence(std::vector<TokenId>{0, 1, 1});
  for (const TokenId id : {2, 2, 1}) sequence.append(id);
  return sequence;
}

TEST_CASE("PresencePenalty takes alpha off once for a token that was generated") {
  const std::vector<float> row = {5, 5, 5, 5};
  CHECK((after(example(), row, PresencePenalty{0.5f}) == std::vector{5.0f, 4.5f, 4.5f, 5.0f}));
}

TEST_CASE("PresencePenalty looks at the prompt if told to") {
  const std::vector<float> row = {5, 5, 5, 5};
  const PresencePenalty both{0.5f, Counted::prompt_and_output};
  CHECK((after(example(), row, both) == std::vector{4.5f, 4.5f, 4.5f, 5.0f}));
}

TEST_CASE("PresencePenalty below zero rewards") {
  CHECK(after(example(), std::vector{0.0f, 0.0f, 0.0f}, PresencePenalty{-1.0f})[2] == 1.0f);
}

TEST_CASE("PresencePenalty leaves masked tokens masked") {
  CHECK(after(example(), std::vector{0.0f, masked, masked}, PresencePenalty{-1.0f})[2] == masked);
}

TEST_CASE("PresencePenalty of zero, or of an empty history, changes nothing") {
  for (const RowKind kind : row_kinds) {
    const auto row = make_row(kind, 1, 33);
    CHECK(after(example(), row, PresencePenalty{0.0f}) == row);
    CHECK(after(row, PresencePenalty{1.5f}) == row);
  }
}

static_assert(Penalty<PresencePenalty> && kinds_of<PresencePenalty> == 1);
static_assert(std::is_trivially_copyable_v<PresencePenalty> && sizeof(PresencePenalty) == 8);
