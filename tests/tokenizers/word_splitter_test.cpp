#include <random>
#include <string>
#include <string_view>
#include <tamis/tokenizers/word_splitter.hpp>

#include "catch.hpp"

using namespace tamis;

/// The words, with a bar between them.
static std::string words(WordSplit split, std::string_view text) {
  std::string all;
  WordSplitter splitter(split, text);
  for (auto word = splitter.next(); !word.empty(); word = splitter.next())
    all.append(all.empty() ? "" : "|").append(word);
  return all;
}

TEST_CASE("Words are letters, numbers or other characters, with the space before them") {
  const auto gpt2 = [](std::string_view text) { return words(WordSplit::gpt2, text); };
  CHECK(gpt2("Hello, world!") == "Hello|,| world|!");
  CHECK(gpt2("a1b22 333 $$ x") == "a|1|b|22| 333| $$| x");
  CHECK(gpt2("\u00e9t\u00e9 \u4f60\u597d\u3002") == "\u00e9t\u00e9| \u4f60\u597d|\u3002");
  CHECK(gpt2("e\u0301") == "e|\u0301");
  CHECK(gpt2("") == "");
}

TEST_CASE("Contractions are words only where a word can begin, and only in small letters") {
  const auto gpt2 = [](std::string_view text) { return words(WordSplit::gpt2, text); };
  CHECK(gpt2("don't I'll we've you're he'd it's I'm") ==
        "don|'t| I|'ll| we|'ve| you|'re| he|'d| it|'s| I|'m");
  CHECK(gpt2("DON'T") == "DON|'|T");
  CHECK(gpt2("'table") == "'t|able");
  CHECK(gpt2(" 's") == " '|s");
  CHECK(gpt2("''s") == "''|s");
  CHECK(gpt2("x 'l") == "x| '|l");
}

TEST_CASE("White space leaves its last character to the word after it") {
  const auto gpt2 = [](std::string_view text) { return words(WordSplit::gpt2, text); };
  CHECK(gpt2("a   b") == "a|  | b");
  CHECK(gpt2("a\n\n\nb") == "a|\n\n|\n|b");
  CHECK(gpt2("a \n") == "a| \n");
  CHECK(gpt2("a\tb") == "a|\t|b");
  CHECK(gpt2("\u3000\u3000x") == "\u3000|\u3000|x");
  CHECK(gpt2("a\u00a0 b") == "a|\u00a0| b");
  CHECK(gpt2("   ") == "   ");
}

TEST_CASE("Digits alone end what stands before them") {
  CHECK(words(WordSplit::gpt2, "a  12 3") == "a| | 12| 3");
  CHECK(words(WordSplit::numbers, "a  12 3") == "a|  |1|2| |3");
  CHECK(words(WordSplit::numbers, "x\n\n1.") == "x|\n\n|1|.");
  CHECK(words(WordSplit::numbers, "\u0661\u0662") == "\u0661|\u0662");
}

TEST_CASE("Numbers that are no digits are numbers too") {
  CHECK(words(WordSplit::gpt2, " \u00bd\u00b2") == " \u00bd\u00b2");
  CHECK(words(WordSplit::numbers, " \u00bd\u00b2") == " |\u00bd|\u00b2");
}

TEST_CASE("Bytes that are no UTF-8 are other characters") {
  CHECK(words(WordSplit::gpt2, "a\xFF\xFE b") == "a|\xFF\xFE| b");
  CHECK(words(WordSplit::gpt2, "a \xE2\x82") == "a| \xE2\x82");
  CHECK(words(WordSplit::gpt2, "!\xED\xA0\x80!") == "!\xED\xA0\x80!");
}

TEST_CASE("The words, one after the other, are the text") {
  std::mt19937 random(3);
  const std::string_view pieces[] = {"a",    "B",    "1",      " ",      "\n",     "'",
                                     "s",    "ll",   "!",      "\u00bd", "\u4e2d", "\xFF",
                                     "\xE2", "\x82", "\u2003", "\u0661"};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (unsigned length = random() % 12; length > 0; --length) text += pieces[random() % 16];
    for (const WordSplit split :
         {WordSplit::gpt2, WordSplit::numbers, WordSplit::llama3, WordSplit::qwen2}) {
      std::string together;
      WordSplitter splitter(split, text);
      for (auto word = splitter.next(); !word.empty(); word = splitter.next()) together += word;
      REQUIRE(together == text);
    }
  }
}

TEST_CASE("The names of GGUF mean the splits they mean") {
  CHECK(word_split_of("gpt-2") == WordSplit::gpt2);
  CHECK(word_split_of("smollm") == WordSplit::gpt2);
  CHECK(word_split_of("llama-bpe") == WordSplit::llama3);
  CHECK(word_split_of("qwen2") == WordSplit::qwen2);
  CHECK(word_split_of("falcon") == std::nullopt);
  CHECK(word_split_of("") == std::nullopt);
}

static_assert(WordSplitter(WordSplit::gpt2, "one two").next() == "one");

TEST_CASE("Llama 3 takes the character before letters with them, and numbers by three") {
  const auto llama3 = [](std::string_view text) { return words(WordSplit::llama3, text); };
  CHECK(llama3("Hello, world!") == "Hello|,| world|!");
  CHECK(llama3("(a) $b\t-c") == "(a|)| $|b|\t|-c");
  CHECK(llama3("12345 67") == "123|45| |67");
  CHECK(llama3("I'M he'LL DON'T 'table") == "I|'M| he|'LL| DON|'T| '|table");
  CHECK(llama3("it'\u017f") == "it|'\u017f");
  CHECK(words(WordSplit::qwen2, "12345 67a") == "1|2|3|4|5| |6|7|a");
}

TEST_CASE("Llama 3 keeps line ends with what stands before them") {
  const auto llama3 = [](std::string_view text) { return words(WordSplit::llama3, text); };
  CHECK(llama3("a.\n\nb") == "a|.\n\n|b");
  CHECK(llama3("a \n \n  b") == "a| \n \n| | b");
  CHECK(llama3("a\r\nb") == "a|\r\n|b");
  CHECK(llama3("a   b") == "a|  | b");
  CHECK(llama3("a  1") == "a| | |1");
  CHECK(llama3("a  ") == "a|  ");
  CHECK(llama3(" !\n x") == " !\n| x");
}
