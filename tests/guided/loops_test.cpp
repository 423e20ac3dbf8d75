#include <tamis/guided/loops.hpp>
#include <tamis/guided/lowering.hpp>
#include <tamis/guided/regex.hpp>

#include "catch.hpp"
#include "every_byte.hpp"

using namespace tamis;
using namespace tamis::guided;
using guided_tests::every_byte;

namespace {

Pushdown of_pattern(std::string_view pattern) {
  return *lower(*regex(pattern), every_byte()->present());
}

std::uint32_t after(const Pushdown& a, std::string_view text) {
  std::uint32_t at = a.rules[a.start_rule].start;
  for (const char byte : text) {
    std::uint32_t to = Pushdown::none;
    for (const auto& edge : a.bytes_of(a.states[at]))
      if (static_cast<unsigned char>(byte) >= edge.first &&
          static_cast<unsigned char>(byte) <= edge.last)
        to = edge.target;
    REQUIRE(to != Pushdown::none);
    at = to;
  }
  return at;
}

}  // namespace

TEST_CASE(
    "A state knows which characters it takes again and again, and what else may come after them") {
  const Pushdown text = of_pattern(R"("[^"]*"!)");
  Loops loops(text);
  const Loops::Loop within = loops.of(after(text, "\""));
  REQUIRE(within.characters != nullptr);
  CHECK(within.characters->all_others);
  CHECK_FALSE(within.is_counted);
  CHECK(within.characters->ascii[0] == ~(std::uint64_t{1} << '"'));
  REQUIRE(within.exits != nullptr);
  CHECK(within.exits->contains('"'));
  CHECK_FALSE(within.exits->contains('!'));
  CHECK_FALSE(within.exits->contains('a'));
  CHECK(loops.of(text.rules[text.start_rule].start).characters == nullptr);
}

TEST_CASE("Characters that lead through several states are a loop of each") {
  const Pushdown key = of_pattern("([^f]|f[^o])*");
  Loops loops(key);
  const Loops::Loop start = loops.of(key.rules[key.start_rule].start);
  REQUIRE(start.characters != nullptr);
  CHECK(start.characters->all_others);
  CHECK(start.characters->contains('a'));
  CHECK_FALSE(start.characters->contains('o'));  // which is not taken after "f"
  const Loops::Loop after_f = loops.of(after(key, "xf"));
  REQUIRE(after_f.characters != nullptr);
  CHECK(after_f.characters->contains('a'));
}

TEST_CASE("Classes of few characters, and what leads on to something else, are no loops") {
  const Pushdown digits = of_pattern("x[0-9]*");
  Loops of_digits(digits);
  CHECK(of_digits.of(after(digits, "x")).characters == nullptr);
  const Pushdown once = of_pattern("[a-z][0-9]");
  Loops of_once(once);
  CHECK(of_once.of(once.rules[once.start_rule].start).characters == nullptr);
}

TEST_CASE(
    "A body of a counted repeat is a loop, and what comes after the last is known if it begins "
    "otherwise") {
  const auto find = [](std::string_view pattern, const auto& check) {
    const Pushdown a = of_pattern(pattern);
    Loops loops(a);
    REQUIRE(a.repeats.size() == 1);
    const Loops::Loop body = loops.of(a.rules[a.repeats[0].body].start);
    REQUIRE(body.characters != nullptr);
    CHECK(body.is_counted);
    check(body, loops.exits_after(0));
  };
  find("[a-z]{3,300}![0-9]", [](const Loops::Loop& body, const ByteSet* exits) {
    CHECK_FALSE(body.characters->all_others);
    REQUIRE(exits != nullptr);
    CHECK(exits->contains('!'));
    CHECK_FALSE(exits->contains('0'));
  });
  find("[a-z]{3,300}x", [](const Loops::Loop&, const ByteSet* exits) { CHECK(exits == nullptr); });
  find("(?:[a-z]|[a-f][0-9]){3,300}!",
       [](const Loops::Loop&, const ByteSet* exits) { CHECK(exits == nullptr); });
}
