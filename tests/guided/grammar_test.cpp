#include <tamis/guided/grammar.hpp>

#include "catch.hpp"

using namespace tamis::guided;

TEST_CASE("A grammar keeps what was written into it, and a list of one is the one") {
  Grammar g;
  const auto a = g.text("a"), b = g.text("b");
  CHECK(g.sequence({a}) == a);
  CHECK(g.choice({b}) == b);
  CHECK(g.repeat(a, 1, 1) == a);
  CHECK(g.text_of(g.node(g.sequence({}))).empty());
  CHECK(g.node(g.nothing()).parts.empty());
  const auto words = g.words({"b", "a", "b"});
  CHECK((g.words_of(g.node(words)) == std::vector<std::string>{"a", "b"}));
  const auto rule = g.add_rule("r");
  CHECK_FALSE(g.rules()[rule].is_defined);
  g.define(rule, g.sequence({a, b}));
  CHECK(g.rules()[rule].is_defined);
}
