#include <tamis/guided/static_regex.hpp>

#include <memory>
#include <string>
#include <tamis/guided/grammar_guide.hpp>

#include "catch.hpp"
#include "every_byte.hpp"

using namespace tamis::guided;

constexpr auto mail = regex<"[a-z0-9._]+@[a-z]+\\.(com|org)">();
static_assert(mail.is_built() && mail.matches("a.b@x.org") && !mail.matches("a@b"));
constexpr auto date = regex<"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9])?">();
static_assert(date.is_built() && date.matches("2026-11-23T05:00") && !date.matches("2026-13-23"));
static_assert(regex<"^ab$|c(?i)k">().matches("cK"));
static_assert(regex<"(?s).*\u00e9[^\u00e9]">().matches("\xc3\xa9x"));
static_assert(!regex<"([a-z]{1,60}){0,40}">().is_built());

TEST_CASE("A pattern of the compiler guides as the same pattern at run time does") {
  const auto check = [](const Grammar& made, std::string_view pattern, const std::vector<std::string>& texts) {
    const GrammarGuide ours(*CompiledGrammar::of(made, guided_tests::every_byte())),
        theirs(*CompiledGrammar::of(*regex(pattern), guided_tests::every_byte()));
    for (const std::string& text : texts) {
      INFO(pattern << " and " << text);
      GrammarGuide one = ours, other = theirs;
      CHECK(one.accepted(text) == other.accepted(text));
      CHECK((*one.mask())->words == (*other.mask())->words);
      CHECK(one.can_stop() == other.can_stop());
    }
  };
  check(mail, mail.pattern(), {"", "a", "a.b@", "a@x.", "a@x.com", "a@x.comm", "@"});
  check(date, date.pattern(), {"", "2026-1", "2026-13", "2026-11-23", "2026-11-23T2", "2026-11-23T25"});
  constexpr auto large = regex<"([a-z]{1,60}){0,40}">();
  check(large, large.pattern(), {"", "abc", "ABC"});
}
