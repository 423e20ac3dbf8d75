#include <tamis/policies/smoothing.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;

TEST_CASE("Smoothing bends the logits into a parabola below the greatest") {
  const std::vector<float> row = {2, 1, 0, 3, masked};  // 1, 2, 3 and 0 below the greatest
  CHECK((after(row, Smoothing{0.5f}) == std::vector{2.5f, 1.0f, -1.5f, 3.0f, masked}));
}

TEST_CASE("Smoothing with a curve adds a cube") {
  const std::vector<float> row = {2, 1, 0};  // 2 - 0.5 (0.5 d^2 + 0.5 d^3)
  CHECK((after(row, Smoothing{0.5f, 2.0f}) == std::vector{2.0f, 1.5f, -1.0f}));
}

TEST_CASE("Smoothing draws near the greatest together and drives far ones away") {
  const std::vector<float> row = {0, -0.1f, -10};
  const auto left = after(row, Smoothing{0.3f});
  CHECK(left[1] > row[1]);
  CHECK(left[2] < row[2]);
}

TEST_CASE("Smoothing obeys the laws of a transform") {
  for (const float curve : {1.0f, 2.0f, 3.0f}) {
    CAPTURE(curve);
    for (const float factor : {0.0f, 0.2f, 5.0f}) CHECK(broken_law(Smoothing{factor, curve}) == "");
  }
}

static_assert(Smoothing{}.idle() && Smoothing{0.0f, 2.0f}.idle() && !Smoothing{0.2f}.idle());
static_assert(Transform<Smoothing> && kinds_of<Smoothing> == 1);
static_assert(std::is_trivially_copyable_v<Smoothing> && sizeof(Smoothing) == 2 * sizeof(float));
