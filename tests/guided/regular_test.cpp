#include <tamis/guided/regex_parser.hpp>
#include <tamis/guided/regular_builder.hpp>

#include "catch.hpp"

using namespace tamis::guided;

namespace {

Regular of(std::string_view pattern, bool is_search = false) {
  const auto tree = RegexParser(pattern).parse();
  REQUIRE(tree);
  const auto made = RegularBuilder::of(*tree, is_search);
  REQUIRE(made);
  return *made;
}

}  // namespace

TEST_CASE("Regular languages have the algebra of sets") {
  const Regular a = of("a*b?"), b = of("[ab]{2,4}");
  const char* texts[] = {"", "a", "b", "ab", "aa", "ba", "aab", "aaaab", "bbbb", "é"};
  for (const std::string text : texts) {
    INFO(text);
    CHECK(a.common(b)->matches(text) == (a.matches(text) && b.matches(text)));
    CHECK(a.without(b)->matches(text) == (a.matches(text) && !b.matches(text)));
    CHECK(a.united(b)->matches(text) == (a.matches(text) || b.matches(text)));
    CHECK(a.complement().matches(text) == !a.matches(text));
  }
  CHECK(a.without(a)->is_empty());
  CHECK(a.united(a.complement())->is_all());
  CHECK_FALSE(a.common(b)->is_empty());
}

TEST_CASE("An automaton is as small as its language") {
  CHECK(of("(a|b)*|(b|a)*|[ab]*").size() == 2);  // and where nothing matches any more
  CHECK(Regular::all().size() == 1);
  CHECK(Regular::lengths(2, 3).matches("éé"));
  CHECK_FALSE(Regular::lengths(2, 3).matches("abcd"));
  CHECK(Regular::lengths(2, Grammar::unlimited).matches("abcd"));
}

TEST_CASE("A list of texts is a language") {
  const Regular words = Regular::of_texts({"foo", "fool", "", "é"});
  CHECK((words.matches("foo") && words.matches("fool") && words.matches("") && words.matches("é")));
  CHECK_FALSE((words.matches("fo") || words.matches("fools") || words.matches("x")));
}

TEST_CASE("What is too large is an error") {
  const auto tree = RegexParser("(a|b)*a(a|b){30}").parse();
  REQUIRE(tree);
  const auto made = RegularBuilder::of(*tree, false);
  REQUIRE_FALSE(made);
  CHECK(made.error().message == "the pattern is too large: its automaton needs more than 4000 states");
}
