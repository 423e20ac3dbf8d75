#include <tamis/policies/dynamic_temperature.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;

TEST_CASE("DynamicTemperature goes by the share that the entropy has of the greatest possible") {
  const auto row =
      logits_of({0.5f, 0.25f, 0.25f});  // H = 1.5 ln 2 = 1.0397, ln 3 = 1.0986: a share of 0.94640
  const auto left = after(row, DynamicTemperature{0.5f, 1.5f, 1.0f});
  CHECK(left[0] == Approx(row[0] / 1.44640).epsilon(1e-4));
  CHECK(left[1] == Approx(row[1] / 1.44640).epsilon(1e-4));

  const auto squared =
      after(row, DynamicTemperature{0.5f, 1.5f, 2.0f});  // 0.94640 squared is 0.89567
  CHECK(squared[0] == Approx(row[0] / 1.39567).epsilon(1e-4));
}

TEST_CASE(
    "DynamicTemperature is the high one where the model cannot decide, the low one where it has") {
  const std::vector<float> undecided = {-2, -2, -2, -2}, decided = {50, 1, 0, 2};
  CHECK(after(undecided, DynamicTemperature{0.5f, 1.5f})[0] == Approx(-2 / 1.5).epsilon(1e-5));
  CHECK(after(decided, DynamicTemperature{0.5f, 1.5f})[0] == Approx(100).epsilon(1e-4));
}

TEST_CASE("DynamicTemperature counts the tokens that are left") {
  const std::vector<float> row = {2, 2, -7, -8};
  const auto left = after(row, TopK{2}, DynamicTemperature{0.5f, 2.0f});  // two of two, undecided
  CHECK(left[0] == Approx(1).epsilon(1e-5));
  CHECK(left[2] == masked);
}

TEST_CASE("DynamicTemperature leaves a token that is alone") {
  const std::vector<float> row = {masked, 3, masked};
  CHECK(after(row, DynamicTemperature{0.5f, 1.5f}) == row);
}

TEST_CASE("DynamicTemperature between equal bounds is a temperature") {
  const std::vector<float> row = {3, 1, 0, -2};
  const auto left = after(row, DynamicTemperature{2.0f, 2.0f}),
             plain = after(row, Temperature{2.0f});
  for (std::size_t i = 0; i < row.size(); ++i) CHECK(left[i] == Approx(plain[i]));
}

TEST_CASE("DynamicTemperature obeys the laws of a transform") {
  CHECK(broken_law(DynamicTemperature{}) == "");
  CHECK(broken_law(DynamicTemperature{0.5f, 1.5f, 1.0f}) == "");
  CHECK(broken_law(DynamicTemperature{0.0f, 2.0f, 3.0f}) == "");
  CHECK(broken_law(DynamicTemperature{0.5f, 1.5f}, make_row(RowKind::normal, 1, 1 << 17)) == "");
}

static_assert(DynamicTemperature{}.idle() && !DynamicTemperature{0.5f, 1.5f}.idle());
static_assert(!DynamicTemperature{0.7f, 0.7f}.idle());  // it is a temperature
static_assert(Transform<DynamicTemperature> && HasRowLogit<DynamicTemperature>);
static_assert(kinds_of<DynamicTemperature> == 1);
static_assert(std::is_trivially_copyable_v<DynamicTemperature>);
static_assert(sizeof(DynamicTemperature) == 3 * sizeof(float));
