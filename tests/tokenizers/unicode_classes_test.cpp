#include <tamis/tokenizers/unicode_classes.hpp>

#include "catch.hpp"

using namespace tamis::unicode;

TEST_CASE("The classes have as many members as Unicode 16.0 says") {
  // DerivedGeneralCategory.txt and PropList.txt of 16.0.0 state these totals.
  int letters = 0, numbers = 0, spaces = 0, twice = 0;
  for (char32_t code = 0; code < 0x110000; ++code) {
    letters += is_letter(code);
    numbers += is_number(code);
    spaces += is_white_space(code);
    twice += is_letter(code) + is_number(code) + is_white_space(code) > 1;
  }
  CHECK(letters == 1858 + 2258 + 31 + 404 + 136477);  // Lu, Ll, Lt, Lm, Lo
  CHECK(numbers == 760 + 236 + 915);                  // Nd, Nl, No
  CHECK(spaces == 25);
  CHECK(twice == 0);
}

TEST_CASE("The classes know the characters that tokenizers stumble over") {
  for (const char32_t code :
       {U'a', U'Z', U'\u00e9', U'\u00aa', U'\u4e2d', U'\u3042', U'\U0001d518'})
    CHECK(is_letter(code));
  for (const char32_t code : {U'0', U'9', U'\u0663', U'\u00bd', U'\u00b2', U'\u2460', U'\u2167'})
    CHECK(is_number(code));
  for (const char32_t code : {U' ', U'\t', U'\v', U'\u0085', U'\u00a0', U'\u2003', U'\u3000'})
    CHECK(is_white_space(code));
  for (const char32_t code : {U'\u0301', U'\u200b', U'\ufeff', U'\U0001f600', U'_', U'\u0093'})
    CHECK_FALSE((is_letter(code) || is_number(code) || is_white_space(code)));
}

TEST_CASE("The classes are those of 16.0 and not of another version") {
  CHECK(version == "16.0.0");
  CHECK(is_letter(U'\U000105c0'));        // Todhri, new in 16.0
  CHECK_FALSE(is_letter(U'\U0003347a'));  // CJK extension J, new in 17.0
}

static_assert(is_letter(U'q') && is_number(U'7') && is_white_space(U'\n') && !is_letter(U'7'));
