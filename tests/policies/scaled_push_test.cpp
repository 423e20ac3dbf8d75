#include <tamis/policies/scaled_push.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;

TEST_CASE(
    "ScaledPush adds the push times the size of the logit, so that it helps on both sides of "
    "zero") {
  Sequence sequence;
  for (const TokenId id : {0, 1, 2, 3}) sequence.add_push(id, 1, 1.25f);
  const std::vector<float> row = {-2, 2, 0, masked, -2};
  CHECK((after(sequence, row, ScaledPush{}) == std::vector{0.5f, 4.5f, 0.0f, masked, -2.0f}));
}

TEST_CASE("ScaledPush reads its slot alone, and nothing pushed is nothing changed") {
  Sequence sequence;
  sequence.add_push(0, 0, 3);
  const std::vector<float> row = {1, -1};
  CHECK(after(sequence, row, ScaledPush{}) == row);
  CHECK((after(sequence, row, ScaledPush{0}) == std::vector{4.0f, -1.0f}));
}

TEST_CASE("ScaledPush masks no token whose logit a float can hold") {
  Sequence sequence;
  sequence.add_push(0, 1, -2.25f);
  const std::vector<float> row = {2e38f, 0};  // 4.5e38 to take off is beyond the floats
  CHECK(after(sequence, row, ScaledPush{})[0] == Approx(-2.5e38));
}

TEST_CASE("ScaledPush makes nothing greater than the greatest float") {
  Sequence sequence;
  sequence.add_push(0, 1, greatest);
  CHECK((after(sequence, std::vector{100.0f, 1.0f}, ScaledPush{}) == std::vector{greatest, 1.0f}));
}

static_assert(Edit<ScaledPush> && kinds_of<ScaledPush> == 1);
static_assert(std::is_trivially_copyable_v<ScaledPush> && sizeof(ScaledPush) == sizeof(int));
