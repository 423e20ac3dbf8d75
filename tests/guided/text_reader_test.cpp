#include <tamis/guided/text_reader.hpp>

#include "catch.hpp"

using namespace tamis::guided;

TEST_CASE("A text reader reads what append_utf8 writes") {
  const char32_t all[] = {0, 'a', 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff};
  std::string text;
  for (const char32_t c : all) append_utf8(text, c);
  TextReader reader(text);
  for (const char32_t c : all) CHECK(reader.next() == c);
  CHECK(reader.at_end());
}

TEST_CASE("A byte that begins no character is read as invalid, alone") {
  for (const std::string bytes : {"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
    TextReader reader(bytes);
    CHECK(reader.next() == TextReader::invalid);
    CHECK(reader.position() == 1);
  }
}

TEST_CASE("A text reader takes words and digits where they stand") {
  TextReader reader("ab7F");
  CHECK_FALSE(reader.take("b"));
  CHECK(reader.take("ab"));
  CHECK(reader.is_digit());
  CHECK(reader.hexadecimal_digit() == 7);
  CHECK(reader.take('7'));
  CHECK(reader.hexadecimal_digit() == 15);
  CHECK(reader.peek() == U'F');
  CHECK(reader.rest() == "F");
}
