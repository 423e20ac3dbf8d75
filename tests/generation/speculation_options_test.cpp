#include <tamis/generation/speculation_options.hpp>

#include "catch.hpp"

TEST_CASE("By default drafts adapt, and change no token") {
  const tamis::SpeculationOptions options;
  CHECK(options.acceptance == tamis::Acceptance::shared_noise);
  CHECK(options.max_draft == 10);
  CHECK(options.adaptive);
}
