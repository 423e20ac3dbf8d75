#include <tamis/guided/literal.hpp>

#include "catch.hpp"

using tamis::guided::Literal;

template <Literal Text>
constexpr std::size_t size_of() {
  return Text.size();
}

TEST_CASE("A literal is a text that a template can be given") {
  static_assert(size_of<"abc">() == 3);
  static_assert(Literal("a\0b").view().size() == 3);
  CHECK(Literal("abc").view() == "abc");
}
