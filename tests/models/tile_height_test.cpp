#include <tamis/models/tile_height.hpp>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("Any number of rows is cut into tiles, none higher than the highest") {
  for (const int most : {4, 6, 8, 12})
    for (int rows = 1; rows < 100; ++rows) {
      int count = 0;
      for (int left = rows; left > 0; ++count) {
        const int height = tile_height(left, most);
        REQUIRE(height >= 1);
        REQUIRE(height <= most);
        left -= height;
        REQUIRE(left >= 0);
      }
      CHECK(tile_count(rows, most) == count);
      CHECK(count <= rows / most + 2);
    }
}

static_assert(tile_height(100, 12) == 12 && tile_height(11, 12) == 8 && tile_height(7, 12) == 4);
static_assert(tile_height(3, 12) == 3 && tile_count(27, 12) == 3);
