#include <limits>
#include <tamis/io/value_range.hpp>

#include "catch.hpp"

using namespace tamis;

static constexpr double infinity = std::numeric_limits<double>::infinity();
static constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

static_assert(at_least(0).contains(0) && !more_than(0).contains(0));
static_assert(from_to(0, 1).contains(1) && !from_and_below(0, 1).contains(1));
static_assert(above_and_up_to(0, 1).contains(1) && !above_and_up_to(0, 1).contains(0));

TEST_CASE("No range contains NaN or an infinity") {
  for (const double value : {not_a_number, infinity, -infinity}) {
    CHECK_FALSE(ValueRange{}.contains(value));
    CHECK_FALSE(at_least(0).contains(value));
    CHECK_FALSE(from_to(0, 1).contains(value));
  }
}

TEST_CASE("A range is said in words") {
  CHECK(words_of(at_least(0, "0 means greedy")) == "0 or more (0 means greedy)");
  CHECK(words_of(more_than(0)) == "more than 0");
  CHECK(words_of(from_to(-2, 2)) == "from -2 to 2");
  CHECK(words_of(above_and_up_to(0, 1)) == "more than 0 and at most 1");
  CHECK(words_of(from_and_below(0, 1)) == "0 or more and less than 1");
  CHECK(words_of({.greatest = 5}) == "at most 5");
  CHECK(words_of({}) == "a finite number");
}

TEST_CASE("A refusal names the parameter, its value and its range") {
  CHECK(refusal_of("temperature", -1, at_least(0, "0 means greedy")) ==
        "temperature is -1; it must be 0 or more (0 means greedy)");
  CHECK(refusal_of("top_p", 1.5, above_and_up_to(0, 1)) ==
        "top_p is 1.5; it must be more than 0 and at most 1");
  CHECK(refusal_of("temperature", not_a_number, at_least(0)) ==
        "temperature is nan; it must be finite, 0 or more");
  CHECK(refusal_of("length_penalty", -infinity, {}) ==
        "length_penalty is -inf; it must be a finite number");
}

TEST_CASE("A number is written in the digits that it needs") {
  CHECK(detail::number_text(0.1) == "0.1");
  CHECK(detail::number_text(2147483647) == "2147483647");
  CHECK(detail::number_text(-3) == "-3");
  CHECK(detail::number_text(1e300) == "1e+300");
}
