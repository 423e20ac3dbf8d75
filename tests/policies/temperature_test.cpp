#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_p.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;

TEST_CASE("Temperature divides the logits") {
  const std::vector<float> row = {3, 1, 0, -2, masked};
  CHECK((after(row, Temperature{2.0f}) == std::vector{1.5f, 0.5f, 0.0f, -1.0f, masked}));
  CHECK((after(row, Temperature{0.5f}) == std::vector{6.0f, 2.0f, 0.0f, -4.0f, masked}));
}

TEST_CASE("Temperature one changes no bit") {
  for (const RowKind kind : row_kinds) {
    const auto row = make_row(kind, 1, 130);
    CHECK(after(row, Temperature{1.0f}) == row);
  }
}

TEST_CASE("Temperature zero leaves all probability to the likeliest tokens") {
  const std::vector<float> row = {-1, 2, 1.9999f, 2};
  const auto left = left_by(row, {}, {}, Temperature{0.0f});
  REQUIRE(left.kept().size() == 4);
  CHECK(left.kept()[0].probability == 0);
  CHECK(left.kept()[1].probability == 0.5);
  CHECK(left.kept()[2].probability == 0);
  CHECK(left.kept()[3].probability == 0.5);
}

TEST_CASE("Temperature zero leaves a token also where every logit is far below zero") {
  const std::vector<float> row = {-4e8f, -5e8f, masked, -4e8f};
  const auto left = left_by(row, {}, {}, Temperature{0.0f});
  REQUIRE(left.kept().size() == 3);
  CHECK(left.kept()[0].probability == 0.5);
  CHECK(left.kept()[1].probability == 0);
  CHECK((kept(std::vector<float>{-3e18f, -1e18f}, Temperature{0.0f}, TopP{0.0f}) ==
         std::vector<TokenId>{1}));
}

TEST_CASE("Temperature raises to a power: odds of two become four at one half") {
  const auto left = left_by(logits_of({0.5f, 0.25f, 0.25f}), {}, {}, Temperature{0.5f});
  CHECK(left.kept()[0].probability == Approx(4.0 / 6).epsilon(1e-5));
  CHECK(left.kept()[1].probability == Approx(1.0 / 6).epsilon(1e-5));
}

TEST_CASE("Temperature obeys the laws of a transform") {
  for (const float t : {0.0f, 0.01f, 0.7f, 1.0f, 1.3f, 100.0f, 1e30f}) {
    CAPTURE(t);
    CHECK(broken_law(Temperature{t}) == "");
  }
  CHECK(broken_law(Temperature{0.7f}, make_row(RowKind::rounded, 1, 1 << 18)) == "");
}

static_assert(Transform<Temperature> && kinds_of<Temperature> == 1 && !HasRowLogit<Temperature>);
static_assert(std::is_trivially_copyable_v<Temperature> && sizeof(Temperature) == sizeof(float));
