#include <tamis/policies/soft_cap.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;

TEST_CASE("SoftCap is the hyperbolic tangent, scaled to the cap") {
  const std::vector<float> row = {0, 3, -3, 15, 30, -30, 1000, -1000, masked};
  const auto left = after(row, SoftCap{30.0f});
  for (std::size_t i = 0; i < row.size(); ++i) {
    CAPTURE(row[i]);
    if (row[i] == masked)
      CHECK(left[i] == masked);
    else
      CHECK(left[i] == Approx(30 * std::tanh(row[i] / 30)).epsilon(1e-5));
  }
  CHECK(left[4] == Approx(22.8478).epsilon(1e-5));  // 30 tanh 1
  CHECK(left[6] == 30.0f);
}

TEST_CASE("SoftCap is exact to a millionth of the logit, also far below the cap") {
  for (float z = 1e-4f; z < 200; z *= 1.3f) {
    const auto left = after(std::vector<float>{z, -z}, SoftCap{50.0f});
    CAPTURE(z);
    CHECK(left[0] == Approx(50 * std::tanh(double{z} / 50)).epsilon(1e-6));
    CHECK(left[1] == Approx(-left[0]).epsilon(1e-6));
  }
}

TEST_CASE("SoftCap far above the logits is nearly nothing") {
  const auto row = make_row(RowKind::normal, 1, 100);
  const auto left = after(row, SoftCap{1000.0f});
  for (std::size_t i = 0; i < row.size(); ++i) CHECK(left[i] == Approx(row[i]).margin(2e-3));
}

TEST_CASE("SoftCap obeys the laws of a transform") {
  for (const float cap : {0.0f, 0.5f, 30.0f, 1e6f}) {
    CAPTURE(cap);
    CHECK(broken_law(SoftCap{cap}) == "");
  }
}

static_assert(SoftCap{}.idle() && !SoftCap{30.0f}.idle());
static_assert(Transform<SoftCap> && kinds_of<SoftCap> == 1);
static_assert(std::is_trivially_copyable_v<SoftCap> && sizeof(SoftCap) == sizeof(float));
