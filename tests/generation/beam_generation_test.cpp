#include <tamis/generation/beam_generation.hpp>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("What a beam search has found is nothing at first, and no error") {
  const BeamGeneration found;
  CHECK(found.sequences.empty());
  CHECK_FALSE(found.error);
  CHECK(found.statistics.new_tokens == 0);
}
