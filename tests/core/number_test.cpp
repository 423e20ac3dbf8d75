#include <tamis/core/number.hpp>

#include <random>

#include "catch.hpp"

using namespace tamis;

TEST_CASE(
    "A product of Numbers is rounded before something is added, whatever the compiler's options") {
  std::mt19937 random(3);
  int contracted = 0, would_differ = 0;
  for (int i = 0; i < 100000; ++i) {
    const auto draw = [&] { return static_cast<float>(random()) / 4e9f; };
    const float a = draw(), b = draw(), c = -draw();
    const auto product =
        static_cast<float>(static_cast<double>(a) * b);  // exact in double, rounded once
    const auto separate = static_cast<float>(static_cast<double>(product) + c);  // likewise
    const Number together = Number(a) * Number(b) + Number(c);
    contracted += together.value != separate;
    would_differ += tamis::fma(a, b, c) != separate;
  }
  CHECK(contracted == 0);
  CHECK(would_differ > 1000);  // otherwise the test shows nothing
}

static_assert((Number(2.0f) * 3.0f + 1.0f).value == 7.0f);
static_assert(static_cast<bool>((Number(1.0f) < 2.0f) & !(Number(2.0f) < 1.0f)));
static_assert(max(Number(1.0f), Number(2.0f)).value == 2.0f &&
              min(Number(1.0f), Number(2.0f)).value == 1.0f);
