#include <tamis/generation/sequence_seed.hpp>

#include <limits>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("The first continuation has the request's seed, each after it the next") {
  STATIC_REQUIRE(sequence_seed(7, 0) == 7);
  STATIC_REQUIRE(sequence_seed(7, 3) == 10);
  STATIC_REQUIRE(sequence_seed(std::numeric_limits<std::uint64_t>::max(), 1) == 0);
}
