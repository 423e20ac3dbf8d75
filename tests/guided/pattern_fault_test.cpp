#include <tamis/guided/pattern_fault.hpp>

#include "catch.hpp"

using tamis::guided::PatternFault;

constexpr bool keeps_the_first() {
  PatternFault fault;
  fault.set(3, "from ", 1200u, " to ", 0u);
  fault.set(9, "another");
  return fault.is_there() && fault.text() == "from 1200 to 0" && fault.byte() == 3;
}

TEST_CASE("The first fault of a pattern is kept, with its numbers in words") {
  static_assert(keeps_the_first());
  CHECK_FALSE(PatternFault().is_there());
}
