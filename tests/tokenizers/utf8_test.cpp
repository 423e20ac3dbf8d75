#include <cstddef>
#include <cstdint>
#include <string>
#include <tamis/tokenizers/utf8.hpp>

#include "catch.hpp"

using namespace tamis;
using Kind = Utf8Step::Kind;

static std::string encoded(char32_t code) {
  const auto last = [&](int shift) { return static_cast<char>(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xC0 | code >> 6), last(0)};
  if (code < 0x10000) return {static_cast<char>(0xE0 | code >> 12), last(6), last(0)};
  return {static_cast<char>(0xF0 | code >> 18), last(12), last(6), last(0)};
}

TEST_CASE("utf8_step reads every code point, and no surrogate") {
  int wrong = 0;
  for (char32_t code = 0; code < 0x110000; ++code) {
    const std::string bytes = encoded(code);
    const Utf8Step step = utf8_step(bytes + "x");
    const bool is_surrogate = code >= 0xD800 && code < 0xE000;
    wrong += is_surrogate
                 ? step.kind != Kind::broken || step.length != 1
                 : step.kind != Kind::whole || step.code != code || step.length != bytes.size();
  }
  CHECK(wrong == 0);
}

TEST_CASE("utf8_step says of every front of a code point that it is cut") {
  for (const char32_t code : {U'\u00e9', U'\u0800', U'\u20ac', U'\ud7ff', U'\uffff', U'\U00010000',
                              U'\U0001f600', U'\U0010ffff'}) {
    const std::string bytes = encoded(code);
    for (std::size_t length = 1; length < bytes.size(); ++length) {
      const Utf8Step step = utf8_step(bytes.substr(0, length));
      CHECK(step.kind == Kind::cut);
      CHECK(step.length == length);
      const Utf8Step broken = utf8_step(bytes.substr(0, length) + "x");
      CHECK(broken.kind == Kind::broken);
      CHECK(broken.length == length);
    }
  }
}

TEST_CASE("utf8_step steps over maximal subparts, as table 3-11 of Unicode shows") {
  // The examples of section 3.9: E1 80 and F0 91 92 and F1 BF are subparts, the rest single bytes.
  const auto lengths = [](std::string_view bytes) {
    std::string lengths;
    while (!bytes.empty()) {
      const Utf8Step step = utf8_step(bytes);
      lengths += static_cast<char>('0' + step.length);
      lengths += step.kind == Kind::whole ? 'w' : step.kind == Kind::broken ? 'b' : 'c';
      bytes.remove_prefix(step.length);
    }
    return lengths;
  };
  CHECK(lengths("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41") == "2b1b3b2b1w");
  CHECK(lengths("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41") == "1b1b1b1b1b1b1b1b1w");  // table 3-8
  CHECK(lengths("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41") == "1b1b1b1b1b1b1b1b1w");  // table 3-9
  CHECK(lengths("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42") == "1b1b1b1b1b1w1b1b1w");  // table 3-10
  CHECK(lengths("\xF4\x8F\xBF") == "3c");
}

static_assert(utf8_step("A").code == U'A' && utf8_step("\xC3\xA9").code == U'\u00e9');
static_assert(utf8_step("\xC3").kind == Kind::cut);
