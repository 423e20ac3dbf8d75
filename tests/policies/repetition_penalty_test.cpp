#include <tamis/policies/repetition_penalty.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;

/// A prompt of 0 1, then 2 2 1 generated.
static Sequence example() {
  Sequence sequence(std::vector<TokenId>{0, 1});
  for (const TokenId id : {2, 2, 1}) sequence.append(id);
  return sequence;
}

TEST_CASE("RepetitionPenalty divides what is positive and multiplies what is not") {
  const std::vector<float> row = {4, -4, 0, 4, -4};
  CHECK((after(example(), row, RepetitionPenalty{2.0f}) ==
         std::vector{2.0f, -8.0f, 0.0f, 4.0f, -4.0f}));
  CHECK((after(example(), row, RepetitionPenalty{0.5f}) ==
         std::vector{8.0f, -2.0f, 0.0f, 4.0f, -4.0f}));
  const std::vector<float> near = {0.5f, -0.5f, 1.0f};
  CHECK((after(example(), near, RepetitionPenalty{2.0f}) == std::vector{0.25f, -1.0f, 0.5f}));
}

TEST_CASE("RepetitionPenalty is the same for one occurrence and for many") {
  const std::vector<float> row = {6, 6, 6, 6};
  CHECK((after(example(), row, RepetitionPenalty{1.5f}) == std::vector{4.0f, 4.0f, 4.0f, 6.0f}));
}

TEST_CASE("RepetitionPenalty counts the prompt unless told otherwise") {
  const std::vector<float> row = {4, 4, 4, 4};
  const RepetitionPenalty output{2.0f, Counted::output};
  CHECK((after(example(), row, output) == std::vector{4.0f, 2.0f, 2.0f, 4.0f}));
}

TEST_CASE("RepetitionPenalty leaves masked tokens masked") {
  const std::vector<float> row = {masked, 1, masked, 1};
  const auto left = after(example(), row, RepetitionPenalty{0.5f});
  CHECK(left[0] == masked);
  CHECK(left[2] == masked);
}

TEST_CASE("RepetitionPenalty comes after the bias: (2 + 5) / 2 is 3.5") {
  Sequence sequence(std::vector<TokenId>{0});
  sequence.add_bias(0, 5);
  CHECK(after(sequence, std::vector{2.0f, 0.0f}, RepetitionPenalty{2.0f})[0] == 3.5f);
}

TEST_CASE("RepetitionPenalty of one, or of an empty history, changes nothing") {
  for (const RowKind kind : row_kinds) {
    const auto row = make_row(kind, 1, 33);
    CHECK(after(example(), row, RepetitionPenalty{1.0f}) == row);
    CHECK(after(row, RepetitionPenalty{1.5f}) == row);
  }
}

static_assert(Penalty<RepetitionPenalty> && kinds_of<RepetitionPenalty> == 1);
static_assert(std::is_trivially_copyable_v<RepetitionPenalty> && sizeof(RepetitionPenalty) == 8);
