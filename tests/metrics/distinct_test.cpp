#include <tamis/metrics/distinct.hpp>

#include "catch.hpp"
#include "texts.hpp"

using namespace tamis;
using namespace tamis::metrics;

TEST_CASE("distinct-n has the values of Python, over n-grams and over tokens") {
  const auto five = texts::words(5);
  CHECK(distinct_n(five, 1) == Approx(0.42105263157894735).epsilon(1e-14));
  CHECK(distinct_n(five, 2) == Approx(0.5576923076923077).epsilon(1e-14));
  CHECK(distinct_n(five, 3) == Approx(0.6595744680851063).epsilon(1e-14));
  CHECK(distinct_n(five, 1, DistinctOver::tokens) == distinct_n(five, 1));
  CHECK(distinct_n(five, 2, DistinctOver::tokens) == Approx(0.5087719298245614).epsilon(1e-14));
  CHECK(distinct_n(five, 3, DistinctOver::tokens) == Approx(0.543859649122807).epsilon(1e-14));
}

TEST_CASE("distinct-n of nothing is not a number") {
  CHECK(std::isnan(distinct_n({}, 1)));
  CHECK(std::isnan(distinct_n(texts::Texts{{1}}, 2)));
}

TEST_CASE(
    "Expectation-adjusted distinct has the value of Python, and is 1 where tokens are drawn "
    "evenly") {
  // 24 words among 57 tokens, and a vocabulary of 50: 24 / (50 * (1 - (49 / 50)**57))
  CHECK(expectation_adjusted_distinct(texts::words(5), 50) ==
        Approx(0.7019031788876263).epsilon(1e-12));
  CHECK(std::isnan(expectation_adjusted_distinct({}, 50)));
  texts::Texts even(1);
  std::uint32_t state = 3;
  for (int i = 0; i < 5000; ++i)
    even[0].push_back(static_cast<TokenId>((state = state * 1664525u + 1013904223u) >> 20));
  CHECK(expectation_adjusted_distinct(even, 4096) == Approx(1).epsilon(0.03));
}
