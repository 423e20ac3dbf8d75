#include <string>
#include <tamis/tokenizers/composed.hpp>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("Letters and their marks become one where there is such a character") {
  CHECK(composed("e\u0301") == "\u00e9");
  CHECK(composed("\u00e9") == "\u00e9");
  CHECK(composed("A\u030a") == "\u00c5");
  CHECK(composed("\u212b") == "\u00c5");  // the sign of the angstrom is the letter
  CHECK(composed("q\u0301") == "q\u0301");
  CHECK(composed("\uac00\u11a8 \u1100\u1161\u11a8") == "\uac01 \uac01");  // Hangul
  CHECK(composed("") == "");
  CHECK(composed("plain text") == "plain text");
}

TEST_CASE("Marks are put in order, and one that is blocked stays") {
  CHECK(composed("a\u0301\u0323") == "\u1ea1\u0301");  // the dot below comes first
  CHECK(composed("a\u0300\u0301") == "\u00e0\u0301");  // marks of one class keep theirs
  CHECK(composed("e\u0302\u0301") == "\u1ebf");        // twice
  CHECK(composed("\u0915\u093c") == "\u0915\u093c");   // excluded from composition
  CHECK(composed("\u0958") == "\u0915\u093c");
  CHECK(composed("\u0301e") == "\u0301e");  // a mark without a letter
}

TEST_CASE("Bytes that are no UTF-8 stay, and nothing goes together across them") {
  CHECK(composed("e\xff\u0301") == "e\xff\u0301");
  CHECK(composed("\xcc") == "\xcc");
  CHECK(composed("e\u0301\xe2\x82") == "\u00e9\xe2\x82");
}
