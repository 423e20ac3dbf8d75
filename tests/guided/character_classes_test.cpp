#include <tamis/guided/character_classes.hpp>
#include <tamis/tokenizers/unicode_classes.hpp>

#include "catch.hpp"

using namespace tamis::guided;

TEST_CASE("The categories L and N are those of the tokenizers' tables") {
  const CodePoints letters = *unicode_property("L"), numbers = *unicode_property("Number");
  for (char32_t c = 0; c <= 0x10ffff; c += c < 0x3000 ? 1 : 7) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    REQUIRE(letters.contains(c) == tamis::unicode::is_letter(c));
    REQUIRE(numbers.contains(c) == tamis::unicode::is_number(c));
    REQUIRE(spaces().contains(c) == tamis::unicode::is_white_space(c));
  }
}

TEST_CASE("Each character has one category") {
  CodePoints all;
  std::size_t count = 0;
  for (const CodePoints& one : detail::categories()) {
    CHECK(all.common(one).is_empty());
    all.add(one);
    count += one.ranges().size();
  }
  CHECK(all == CodePoints::all());
  CHECK(count > 3000);
}

TEST_CASE("A class has a short name and a long one, and an unknown one is none") {
  CHECK(*unicode_property("Lu") == *unicode_property("Uppercase_Letter"));
  CHECK(unicode_property("Lu")->contains(U'Ä'));
  CHECK(unicode_property("Sc")->contains(U'€'));
  CHECK(*unicode_property("Any") == CodePoints::all());
  CHECK_FALSE(unicode_property("Klingon"));
  CHECK(posix_class("xdigit")->contains('F'));
  CHECK_FALSE(posix_class("letters"));
}

TEST_CASE("Case is folded in all scripts that have it") {
  const CodePoints k = with_other_case({{'k', 'k'}});
  CHECK((k == CodePoints{{'K', 'K'}, {'k', 'k'}, {0x212a, 0x212a}}));
  CHECK(with_other_case({{U'ä', U'ä'}}).contains(U'Ä'));
  CHECK(with_other_case({{U'Σ', U'Σ'}}).contains(U'ς'));
  CHECK((with_other_case({{'1', '9'}}) == CodePoints{{'1', '9'}}));
}
