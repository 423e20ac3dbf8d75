#include <tamis/policies/frequency_penalty.hpp>

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

TEST_CASE("FrequencyPenalty takes alpha off for each time a token was generated") {
  const std::vector<float> row = {5, 5, 5, 5};
  CHECK((after(example(), row, FrequencyPenalty{0.5f}) == std::vector{5.0f, 4.5f, 4.0f, 5.0f}));
}

TEST_CASE("FrequencyPenalty counts the prompt if told to") {
  const std::vector<float> row = {5, 5, 5, 5};
  const FrequencyPenalty both{0.5f, Counted::prompt_and_output};
  CHECK((after(example(), row, both) == std::vector{4.5f, 3.5f, 4.0f, 5.0f}));
}

TEST_CASE("FrequencyPenalty below zero rewards") {
  CHECK(after(example(), std::vector{0.0f, 0.0f, 0.0f}, FrequencyPenalty{-1.0f})[2] == 2.0f);
}

TEST_CASE("FrequencyPenalty leaves masked tokens masked") {
  CHECK(after(example(), std::vector{0.0f, masked, masked}, FrequencyPenalty{-1.0f})[2] == masked);
}

TEST_CASE("FrequencyPenalty of zero, or of an empty history, changes nothing") {
  for (const RowKind kind : row_kinds) {
    const auto row = make_row(kind, 1, 33);
    CHECK(after(example(), row, FrequencyPenalty{0.0f}) == row);
    CHECK(after(row, FrequencyPenalty{1.5f}) == row);
  }
}

static_assert(Penalty<FrequencyPenalty> && kinds_of<FrequencyPenalty> == 1);
static_assert(std::is_trivially_copyable_v<FrequencyPenalty> && sizeof(FrequencyPenalty) == 8);
