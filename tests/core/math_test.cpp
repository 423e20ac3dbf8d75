#include <tamis/core/math.hpp>

#include <cmath>
#include <limits>

#include "catch.hpp"

using namespace tamis;

namespace {

/// The greatest relative error of f against g, over [from, to] in steps.
double worst(auto f, auto g, double from, double to, int steps = 200000) {
  double most = 0;
  for (int i = 0; i <= steps; ++i) {
    const auto x = static_cast<float>(from + (to - from) * i / steps);
    const double want = g(static_cast<double>(x));
    if (want != 0) most = std::max(most, std::abs(f(x) - want) / std::abs(want));
  }
  return most;
}

}  // namespace

TEST_CASE("exp and log are within two units in the last place") {
  CHECK(worst([](float x) { return tamis::exp(x); }, [](double x) { return std::exp(x); }, -80,
              80) < 1.5e-7);
  CHECK(worst([](float x) { return tamis::log(x); }, [](double x) { return std::log(x); }, 2, 1e6) <
        1.5e-7);
  CHECK(worst([](float x) { return tamis::log(x); }, [](double x) { return std::log(x); }, 1e-6,
              0.5) < 2.5e-7);
}

TEST_CASE("exp_down weighs what has weight, and what has none weighs less than half of 2^-40") {
  CHECK(worst([](float x) { return tamis::exp_down(x); }, [](double x) { return std::exp(x); }, -28,
              0) < 6e-7);
  for (const float x : {-28.5f, -50.0f, -80.0f, -1e30f, -std::numeric_limits<float>::infinity()}) {
    CHECK(tamis::exp_down(x) < 0x1p-41f);
  }
  CHECK(tamis::exp_down(0.0f) == 1.0f);
}

TEST_CASE("exp and log know the ends of the line") {
  CHECK(tamis::exp(-100.0f) == 0.0f);
  CHECK(tamis::exp(0.0f) == 1.0f);
  CHECK(tamis::log(1.0f) == 0.0f);
  CHECK(tamis::log(0.0f) == -std::numeric_limits<float>::infinity());
}

TEST_CASE("The logarithm -ln(1 - v) keeps its precision where v is tiny") {
  for (int e = -60; e < 0; ++e) {
    const float v = std::ldexp(0.7f, e);
    CHECK(detail::minus_log1m(v) == Approx(-std::log1p(-static_cast<double>(v))).epsilon(3e-7));
  }
}

TEST_CASE("min and max give the other where one is no number") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(tamis::max(nan, 2.0f) == 2.0f);
  CHECK(tamis::min(nan, 2.0f) == 2.0f);
  CHECK(tamis::abs(-3.0f) == 3.0f);
  CHECK(tamis::sqrt(9.0f) == 3.0f);
}

static_assert(tamis::select(true, 1.0f, 2.0f) == 1.0f &&
              tamis::select(Flag(false), 1.0f, 2.0f) == 2.0f);
static_assert(tamis::fma(2.0f, 3.0f, 4.0f) == 10.0f);
