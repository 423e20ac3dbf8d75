#include <tamis/core/half.hpp>

#include <cmath>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("Every half goes to a float and back") {
  int wrong = 0;
  for (std::uint32_t half = 0; half < 65536; ++half) {
    const float value = float_of_half(static_cast<std::uint16_t>(half));
    const bool is_nan = (half & 0x7fffu) > 0x7c00u;
    const bool kept = is_nan ? std::isnan(value) && (half_of_float(value) & 0x7e00u) == 0x7e00u
                             : half_of_float(value) == half;
    wrong += !kept;
  }
  CHECK(wrong == 0);
}

TEST_CASE("Halves have the values of IEEE 754") {
  CHECK(float_of_half(0x3c00) == 1.0f);
  CHECK(float_of_half(0xc000) == -2.0f);
  CHECK(float_of_half(0x7bff) == 65504.0f);
  CHECK(float_of_half(0x0001) == std::ldexp(1.0f, -24));
  CHECK(float_of_half(0x0400) == std::ldexp(1.0f, -14));
  CHECK(float_of_half(0x7c00) == INFINITY);
  CHECK(std::signbit(float_of_half(0x8000)));
}

TEST_CASE("A float goes to the nearest half, of two the even one") {
  // Between each two neighbours: below the middle to the lower, above it to the upper, at it to the
  // even one.
  int wrong = 0;
  for (std::uint32_t half = 0; half < 0x7bff; ++half) {
    const float low = float_of_half(static_cast<std::uint16_t>(half)),
                high = float_of_half(static_cast<std::uint16_t>(half + 1));
    const float middle = low + (high - low) / 2;
    wrong += half_of_float(std::nextafter(middle, 0.0f)) != half;
    wrong += half_of_float(std::nextafter(middle, INFINITY)) != half + 1;
    wrong += half_of_float(middle) != half + half % 2;
    wrong += half_of_float(-middle) != ((half + half % 2) | 0x8000u);
  }
  CHECK(wrong == 0);
  CHECK(half_of_float(65519.99f) == 0x7bff);
  CHECK(half_of_float(65520.0f) == 0x7c00);
  CHECK(half_of_float(-1e30f) == 0xfc00);
  CHECK(half_of_float(1e-40f) == 0);
  CHECK(half_of_float(std::nanf("")) == 0x7e00);
}

static_assert(half_of_float(0.1f) == 0x2e66);
