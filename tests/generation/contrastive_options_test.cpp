#include <cmath>
#include <tamis/generation/contrastive_options.hpp>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("What a contrastive search cannot do is refused with a sentence") {
  CHECK(ContrastiveOptions{}.check());
  CHECK(ContrastiveOptions{0, 1}.check());
  CHECK(ContrastiveOptions{1.5, 4}.check().error().message ==
        "penalty_alpha is 1.500000; it must be from 0 to 1");
  CHECK_FALSE(ContrastiveOptions{NAN, 4}.check());
  CHECK(ContrastiveOptions{0.5, 0}.check().error().message == "top_k is 0; it must be 1 or more");
}
