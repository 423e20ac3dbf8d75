#include <tamis/policies/forced.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;

TEST_CASE("Forced leaves only the tokens that a source has pushed, with logit zero") {
  Sequence sequence;
  sequence.add_push(2, 2, 1);
  sequence.add_push(3, 2, 1);
  const std::vector<float> row = {9, 1, -5, 7};
  CHECK((after(sequence, row, Forced{true}) == std::vector{masked, masked, 0.0f, 0.0f}));
}

TEST_CASE("Forced does nothing until it is active") {
  Sequence sequence;
  sequence.add_push(2, 2, 1);
  const std::vector<float> row = {9, 1, -5, 7};
  CHECK(after(sequence, row, Forced{}) == row);
}

TEST_CASE("Forced to a token that is masked leaves nothing, and says so") {
  Sequence sequence;
  sequence.add_push(0, 2, 1);
  const std::vector<float> row = {masked, 1};
  CHECK(left_by(row, sequence.facts(), {}, Forced{true}).fault() == Fault::all_masked);
}

static_assert(Forced{}.idle() && !Forced{true}.idle());
static_assert(Transform<Forced> && kinds_of<Forced> == 1);
static_assert(std::is_trivially_copyable_v<Forced> && sizeof(Forced) == 8);
