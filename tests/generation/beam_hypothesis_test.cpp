#include <tamis/generation/beam_hypothesis.hpp>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("A hypothesis begins as nothing") {
  const BeamHypothesis one;
  CHECK(one.tokens.empty());
  CHECK(one.text.empty());
  CHECK(one.score == 0);
  CHECK_FALSE(one.stop_string);
}
