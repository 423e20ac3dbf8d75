#include <tamis/guided/grammar_guide.hpp>
#include <tamis/guided/regex.hpp>

#include <fstream>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "every_byte.hpp"

using namespace tamis;
using namespace tamis::guided;
using guided_tests::every_byte;

namespace {

bool matches(std::string_view pattern, std::string_view text, RegexOptions options = {}) {
  const auto grammar = regex(pattern, options);
  INFO(pattern);
  if (!grammar) FAIL(grammar.error().message);
  const auto compiled = CompiledGrammar::of(*grammar, every_byte());
  if (!compiled) return false;
  GrammarGuide guide(*compiled);
  return guide.accept_bytes(text) && guide.can_stop();
}

std::string fault_of(std::string_view pattern) {
  const auto grammar = regex(pattern);
  return grammar ? "" : grammar.error().message;
}

}  // namespace

TEST_CASE("A pattern is the language of the whole text, not of its leftmost match") {
  CHECK(matches("a|ab", "ab"));
  CHECK(matches("a??", "a"));
  CHECK(matches(R"([a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,})", "a@b.co.uk"));
  CHECK_FALSE(matches("a", "ab"));
  CHECK(matches("(foo|foobar)*", "foofoobar"));
}

TEST_CASE("Counted repeats are exact at both ends") {
  for (const std::uint32_t least : {0u, 1u, 2u, 30u}) {
    for (const std::uint32_t most : {3u, 31u, 200u}) {
      if (least > most) continue;
      const std::string pattern = "(ab?c){" + std::to_string(least) + "," + std::to_string(most) + "}";
      for (const std::uint32_t n : {0u, 1u, 2u, 3u, 4u, 29u, 30u, 31u, 32u, 200u, 201u}) {
        std::string text;
        for (std::uint32_t i = 0; i < n; ++i) text += i % 2 ? "abc" : "ac";
        INFO(pattern << " on " << n);
        CHECK(matches(pattern, text) == (n >= least && n <= most));
      }
    }
  }
  CHECK(matches("a{2,}", std::string(500, 'a')));
  CHECK_FALSE(matches("a{2,}", "a"));
  CHECK(matches("x{a}", "x{a}"));  // these braces count nothing
}

TEST_CASE("Classes know Unicode, nest, intersect and fold their case") {
  CHECK(matches(R"(\p{Lu}\p{Ll}+)", "Überfluß"));
  CHECK_FALSE(matches(R"(\p{Lu}+)", "aB"));
  CHECK(matches(R"(\d+)", "٣"));
  CHECK_FALSE(matches(R"(\d+)", "٣", {.unicode_classes = false}));
  CHECK(matches("[a-z&&[^aeiou]]+", "xyz"));
  CHECK_FALSE(matches("[a-z&&[^aeiou]]+", "xaz"));
  CHECK(matches("(?i)straße", "STRAßE"));
  CHECK(matches("(?i:ab)c", "ABc"));
  CHECK_FALSE(matches("(?i:ab)c", "ABC"));
  CHECK(matches("[]a]+", "]a]"));
  CHECK(matches(R"([\]\-a]+)", "]-a"));
  CHECK(matches("[^[:space:]]", "x"));
  CHECK(matches(R"(\u00e9\x41\x{1F600})", "éA😀"));
  CHECK(matches(".", "é"));
  CHECK_FALSE(matches(".", "\n"));
  CHECK(matches("(?s).", "\n"));
  CHECK(matches(R"([\[\]]+)", "[]", {.is_ecmascript = true}));
  CHECK(matches("[[a]+", "[a", {.is_ecmascript = true}));
}

TEST_CASE("Anchors hold where they stand, and a search may match anywhere") {
  CHECK(matches("^a$", "a"));
  CHECK_FALSE(matches("a^b", "ab"));
  CHECK(matches("(^a|b)c?", "b"));
  CHECK(matches("^ab|cd$", "abxx", {.is_search = true}));
  CHECK(matches("^ab|cd$", "xxcd", {.is_search = true}));
  CHECK_FALSE(matches("^ab|cd$", "xabcdx", {.is_search = true}));
  CHECK(matches("b", "abc", {.is_search = true}));
  CHECK(matches("(^|,)x(,|$)", "a,x", {.is_search = true}));
  CHECK_FALSE(matches("(^|,)x(,|$)", "ax", {.is_search = true}));
}

TEST_CASE("A pattern may look ahead: at what follows to the end of the text, and not beyond") {
  const std::string password = "(?=.*[a-z])(?=.*[0-9])(?!.*(.)x)[a-z0-9]{4,6}";
  CHECK((matches(password, "ab12") && matches(password, "x9abcd")));
  CHECK_FALSE((matches(password, "abcd") || matches(password, "1234") || matches(password, "a1x2") || matches(password, "a1bcdefg")));
  CHECK((matches("((?!--).)*", "a-b-") && matches("((?!--).)*", "")));
  CHECK_FALSE(matches("((?!--).)*", "a--b"));
  CHECK((matches("(?!admin$)[a-z]+", "admins") && matches("(?!admin)[a-z]+|x", "x")));
  CHECK_FALSE((matches("(?!admin$)[a-z]+", "admin") || matches("(?!admin)[a-z]+", "admins")));
  CHECK((matches("a(?=b)", "xab", {.is_search = true}) && matches("a(?!b)", "aba", {.is_search = true})));
  CHECK_FALSE((matches("a(?=b)", "a") || matches("a(?!b)", "abb", {.is_search = true})));
  CHECK((matches("(a(?=a|$))*", "aaa") && matches("(?=(?!b)..)[ab]{2}", "ab")));
  CHECK_FALSE((matches("(a(?=b))*a", "aa") || matches("(?=(?!b)..)[ab]{2}", "ba")));
  CHECK(fault_of("a|(?=^b)b").find("looks ahead for the text's begin") != std::string::npos);
}

TEST_CASE("What is not regular is refused by name, and a wrong pattern with its place") {
  CHECK(fault_of(R"((a)\1)") == R"(the pattern is wrong at byte 5: a reference back, as '\1', is not regular)");
  CHECK(fault_of("(?<!a)b").find("looking behind") != std::string::npos);
  CHECK(fault_of("(?>a)").find("atomic") != std::string::npos);
  CHECK(fault_of("a++").find("possessive") != std::string::npos);
  CHECK(fault_of(R"(\bfoo)").find("word boundary") != std::string::npos);
  CHECK(fault_of("(?R)").find("recursion") != std::string::npos);
  CHECK(fault_of(R"(\p{Klingon})").find("'Klingon' is not known") != std::string::npos);
  CHECK(fault_of("a)") == "the pattern is wrong at byte 2: the ')' closes nothing");
  CHECK(fault_of("(a").find("has no ')'") != std::string::npos);
  CHECK(fault_of("[a").find("has no ']'") != std::string::npos);
  CHECK(fault_of("*a").find("nothing to repeat") != std::string::npos);
  CHECK(fault_of("[z-a]").find("ends before it begins") != std::string::npos);
  CHECK(fault_of(std::string(1000, '(')).find("nested") != std::string::npos);
  CHECK(fault_of("a{3,2}").find("is none") != std::string::npos);
  CHECK(fault_of("\xff").find("not UTF-8") != std::string::npos);
}

TEST_CASE("The test data of Rust's regex crate agrees, but for what is refused") {
  std::ifstream file(TAMIS_TESTS_DIR "/golden/guided/rust_regex.jsonl");
  int read = 0;
  for (std::string line; std::getline(file, line);) {
    const auto test = nlohmann::json::parse(line);
    const RegexOptions options{.is_search = true, .ignore_case = test["ignore_case"]};
    const std::string pattern = test["pattern"];
    const auto grammar = regex(pattern, options);
    if (!grammar) continue;
    const auto compiled = CompiledGrammar::of(*grammar, every_byte());
    bool found = false;
    if (compiled) {
      GrammarGuide guide(*compiled);
      found = guide.accept_bytes(test["text"].get<std::string>()) && guide.can_stop();
    }
    INFO(test.dump());
    CHECK(found == test["matches"].get<bool>());
    ++read;
  }
  CHECK(read >= 300);
}
