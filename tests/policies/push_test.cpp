#include <tamis/policies/push.hpp>
#include <tamis/policies/repetition_penalty.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;

TEST_CASE("Push adds what a source has pushed into its slot") {
  Sequence sequence;
  sequence.add_push(1, 0, -2.5f);
  sequence.add_push(1, 0, -0.5f);
  sequence.add_push(2, 1, 100);  // another slot
  const std::vector<float> row = {1, 1, 1, masked};
  CHECK((after(sequence, row, Push{}) == std::vector{1.0f, -2.0f, 1.0f, masked}));
  CHECK((after(sequence, row, Push{1}) == std::vector{1.0f, 1.0f, 101.0f, masked}));
}

TEST_CASE("Push comes where it stands: after the penalty 2 / 2 + 5 is 6, where a bias makes 3.5") {
  Sequence sequence(std::vector<TokenId>{0});
  sequence.add_push(0, 0, 5);
  const std::vector<float> row = {2, 0};
  CHECK(after(sequence, row, RepetitionPenalty{2.0f}, Push{})[0] == 6.0f);
  CHECK(after(sequence, row, Push{}, RepetitionPenalty{2.0f})[0] == 3.5f);
}

TEST_CASE("Push brings no masked token back, and nothing pushed is nothing changed") {
  Sequence sequence;
  sequence.add_push(0, 0, 1e30f);
  CHECK((after(sequence, std::vector{masked, 1.0f}, Push{}) == std::vector{masked, 1.0f}));
  for (const RowKind kind : row_kinds) {
    const auto row = make_row(kind, 1, 33);
    CHECK(after(row, Push{}) == row);
  }
}

static_assert(Edit<Push> && kinds_of<Push> == 1);
static_assert(std::is_trivially_copyable_v<Push> && sizeof(Push) == sizeof(int));
