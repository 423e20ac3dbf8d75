#include <tamis/testing/draw_counts.hpp>

#include "catch.hpp"

using namespace tamis;
using namespace tamis::testing;

TEST_CASE("DrawCounts counts each token, and apart from them the ids that are none") {
  const std::vector<TokenId> tokens{2, 0, 2, 3, -1, 2};
  const DrawCounts counts(tokens, 3);
  CHECK(counts.of_token == std::vector<std::uint64_t>{1, 0, 3});
  CHECK(counts.strays == 2);
  CHECK(counts.total() == 6);
  CHECK(DrawCounts(4).total() == 0);
}
