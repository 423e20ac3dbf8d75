#include <cmath>
#include <tamis/models/rotation.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("A pair turns by its frequency times the position, and what is behind the pairs stays") {
  const std::vector<float> frequencies{0.5f, 0.25f};
  const Rotation rotation{frequencies, 6};
  std::vector<float> angles(8);
  rotation.angles(3, 2, angles.data());
  CHECK(angles[0] == Approx(std::cos(1.5)));
  CHECK(angles[1] == Approx(std::sin(1.5)));
  CHECK(angles[6] == Approx(std::cos(1.0)));
  CHECK(angles[7] == Approx(std::sin(1.0)));

  // Two rows of two heads, a row 13 numbers apart from the next.
  std::vector<float> rows(26);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<float>(i);
  const std::vector<float> before = rows;
  rotation.rotate(rows.data(), 2, 2, 13, angles.data());
  for (int row = 0; row < 2; ++row)
    for (int head = 0; head < 2; ++head)
      for (int i = 0; i < 6; ++i) {
        const int at = 13 * row + 6 * head + i, even = at - i % 2;
        CAPTURE(row, head, i);
        if (i >= 4) {
          CHECK(rows[at] == before[at]);
          continue;
        }
        const double angle = (3 + row) * frequencies[i / 2], x = before[even], y = before[even + 1];
        CHECK(rows[at] == Approx(i % 2 == 0 ? x * std::cos(angle) - y * std::sin(angle)
                                            : x * std::sin(angle) + y * std::cos(angle)));
      }
  CHECK(rows[12] == before[12]);
  CHECK(rows[25] == before[25]);
}

TEST_CASE("Positions beyond the last turn as the last does") {
  const std::vector<float> frequencies{0.5f};
  const Rotation rotation{frequencies, 2};
  std::vector<float> angles(6);
  rotation.angles(3, 3, angles.data(), 4);
  CHECK(angles[0] == Approx(std::cos(1.5)));
  CHECK(angles[2] == Approx(std::cos(2.0)));
  CHECK(angles[4] == angles[2]);
  CHECK(angles[5] == angles[3]);
}
