#include <tamis/guided/static_automaton.hpp>

#include <tamis/guided/regex_parser.hpp>
#include <tamis/guided/regular_builder.hpp>

#include "catch.hpp"

using namespace tamis::guided;

namespace {

detail::StaticAutomaton automaton_of(std::string_view pattern) {
  RegexParser parser(pattern);
  REQUIRE(parser.read());
  return detail::StaticAutomaton::of(parser.tree());
}

}  // namespace

TEST_CASE("The automaton of the compiler matches what that of the library matches") {
  for (const char* pattern : {"a|ab", "(a|b)*abb", "a{2,4}b?", "[^a]*", "^a|b$", "(a?){3}", "", "[a-c]+|(bc){2}", "(?i)aB",
                              "a^b|ab", "(a|$)b*", "\u00e9+", "(ab|a)(bc|c)"}) {
    const auto automaton = automaton_of(pattern);
    INFO(pattern);
    REQUIRE(automaton.fits);
    const auto regular = RegularBuilder::of(*RegexParser(pattern).parse(), false);
    REQUIRE(regular);
    std::vector<std::string> texts{""};
    for (std::size_t at = 0; at < texts.size() && texts[at].size() < 12; ++at)
      for (const char* next : {"a", "b", "c", "B", "\u00e9"})
        if (texts[at].size() < 5) texts.push_back(texts[at] + next);
    for (const std::string& text : texts)
      if (automaton.matches(text) != regular->matches(text)) FAIL_CHECK(pattern << " and " << text);
  }
}

TEST_CASE("What is large or looks ahead has no automaton of the compiler") {
  CHECK_FALSE(automaton_of("([a-z]{1,60}){0,40}").fits);
  const auto ahead = automaton_of("(?=a)[a-z]+");
  CHECK((!ahead.fits && ahead.looks_around));
}
