#include <set>
#include <string>
#include <tamis/tokenizers/byte_alphabet.hpp>

#include "catch.hpp"

using tamis::ByteAlphabet;

TEST_CASE("Each byte has a character of its own, and reads back") {
  std::set<std::string> characters;
  for (int byte = 0; byte < 256; ++byte) {
    const auto character = ByteAlphabet::character(static_cast<unsigned char>(byte));
    characters.insert(character);
    CHECK(ByteAlphabet::bytes(character) == std::string(1, static_cast<char>(byte)));
  }
  CHECK(characters.size() == 256);
}

TEST_CASE("The characters are those of GPT-2") {
  CHECK(ByteAlphabet::character(' ') == "\u0120");
  CHECK(ByteAlphabet::character('\n') == "\u010a");
  CHECK(ByteAlphabet::character(0) == "\u0100");
  CHECK(ByteAlphabet::character(0xAD) == "\u0143");
  CHECK(ByteAlphabet::character('A') == "A");
  CHECK(ByteAlphabet::character(0xE9) == "\u00e9");
  CHECK(ByteAlphabet::bytes("\u0120the") == " the");
  CHECK(ByteAlphabet::bytes("") == "");
}

TEST_CASE("A text with another character stands for no bytes") {
  CHECK(ByteAlphabet::bytes("a b") == std::nullopt);  // the space stands for no byte
  CHECK(ByteAlphabet::bytes("a\u0144") == std::nullopt);
  CHECK(ByteAlphabet::bytes("\U0001f600") == std::nullopt);
  CHECK(ByteAlphabet::bytes("\xC4") == std::nullopt);
}
