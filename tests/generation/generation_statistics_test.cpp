#include <tamis/generation/generation_statistics.hpp>

#include "catch.hpp"

TEST_CASE("The speed of decoding is that of the tokens after the first") {
  tamis::GenerationStatistics statistics;
  CHECK(statistics.tokens_per_second() == 0);
  statistics.new_tokens = 1;
  statistics.decode_seconds = 1e-6;
  CHECK(statistics.tokens_per_second() == 0);
  statistics.new_tokens = 11;
  statistics.decode_seconds = 0.5;
  CHECK(statistics.tokens_per_second() == 20);
}
