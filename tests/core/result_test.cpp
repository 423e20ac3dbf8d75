#include <tamis/core/result.hpp>

#include "catch.hpp"

using namespace tamis;

static Result<int> half(int n) {
  if (n % 2) return Error{std::to_string(n) + " is odd"};
  return n / 2;
}

TEST_CASE("A Result is a value or an error in words") {
  CHECK(*half(6) == 3);
  CHECK_FALSE(half(7));
  CHECK(half(7).error().message == "7 is odd");
  CHECK(half(7).value_or(-1) == -1);
}

TEST_CASE("and_then goes on with the value and keeps the error") {
  CHECK(*half(12).and_then(half) == 3);
  CHECK(half(6).and_then(half).error().message == "3 is odd");
  CHECK(half(7).and_then(half).error().message == "7 is odd");
}
