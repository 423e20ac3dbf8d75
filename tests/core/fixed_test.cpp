#include <tamis/core/fixed.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("A weight counts as the nearest multiple of 2^-40") {
  CHECK(to_fixed(1.0f) == unit);
  CHECK(to_fixed(0.5f) == unit / 2);
  CHECK(to_fixed(0.0f) == 0);
  CHECK(to_fixed(0x1p-40f) == 1);
  CHECK(to_fixed(0x1p-42f) == 0);
  std::mt19937 random(1);
  for (int i = 0; i < 100000; ++i) {
    const float w =
        std::ldexp(static_cast<float>(random()) / 4294967296.0f, -static_cast<int>(random() % 45));
    CHECK(std::abs(static_cast<double>(to_fixed(w)) - std::ldexp(static_cast<double>(w), 40)) <=
          0.5);
  }
}

TEST_CASE("The sum does not depend on the order of adding") {
  std::mt19937 random(2);
  std::vector<float> weights(10000);
  for (float& w : weights) w = static_cast<float>(random()) / 4294967296.0f;
  const auto sum = [&] {
    Fixed s = 0;
    for (const float w : weights) s += to_fixed(w);
    return s;
  };
  const Fixed first = sum();
  std::ranges::shuffle(weights, random);
  CHECK(sum() == first);
}

TEST_CASE("Floats as unsigned integers have the order of floats, and come back") {
  const std::vector<float> line = {-INFINITY, -3e38f, -1.0f, -1e-40f, 0.0f,
                                   1e-40f,    1.0f,   3e38f, INFINITY};
  CHECK(std::ranges::is_sorted(line, {}, [](float x) { return ordered(x); }));
  for (const float x : line) CHECK(unordered(ordered(x)) == x);
  CHECK(ordered(-0.0f) == ordered(0.0f));
}
