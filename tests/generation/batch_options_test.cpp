#include <tamis/generation/batch_options.hpp>

#include "catch.hpp"

TEST_CASE(
    "A batch reads prompts in pieces, and runs more sequences than one, unless told otherwise") {
  constexpr tamis::BatchOptions options;
  STATIC_REQUIRE(options.max_running > 1);
  STATIC_REQUIRE(options.max_prefill_tokens >= options.max_running);
}
