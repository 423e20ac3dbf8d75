#include <random>
#include <string>
#include <string_view>
#include <tamis/tokenizers/detokenizer.hpp>

#include "catch.hpp"

using tamis::Detokenizer;

static std::string whole(std::string_view bytes) {
  Detokenizer detokenizer;
  const std::string text = detokenizer.push(bytes);
  return text + detokenizer.finish();
}

TEST_CASE("A character comes when its last byte does") {
  Detokenizer detokenizer;
  CHECK(detokenizer.push("a\xF0") == "a");
  CHECK(detokenizer.push("\x9F\x98") == "");
  CHECK(detokenizer.held() == 3);
  CHECK(detokenizer.push("\x80") == "\U0001f600");
  CHECK(detokenizer.held() == 0);
  CHECK(detokenizer.push(",") == ",");
  CHECK(detokenizer.push("\u00e9\xC3") == "\u00e9");
  CHECK(detokenizer.push("\xA9") == "\u00e9");
  CHECK(detokenizer.finish() == "");
}

TEST_CASE("Bytes that make no character become U+FFFD, one for each maximal subpart") {
  // Each right side is what Python's bytes.decode("utf-8", "replace") gives.
  const std::string bad = "\uFFFD";
  CHECK(whole("a\xFF"
              "b") == "a" + bad + "b");
  CHECK(whole("\xE2\x82") == bad);
  CHECK(whole("\xE2\x82"
              "a") == bad + "a");
  CHECK(whole("\xE2\xE2\x82\xAC") == bad + "\u20ac");
  CHECK(whole("\xED\xA0\x80") == bad + bad + bad);
  CHECK(whole("\xF0\x80\x80\x80") == bad + bad + bad + bad);
  CHECK(whole("\xF4\x90\x80\x80") == bad + bad + bad + bad);
  CHECK(whole("\xC0\x80") == bad + bad);
  CHECK(whole("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41") == bad + bad + bad + bad + "A");
  CHECK(whole("\x80\xBF") == bad + bad);
  CHECK(whole("\xF1\x80\xC3\xA9") == bad + "\u00e9");
  CHECK(whole("") == "");
}

TEST_CASE("What is held at the end becomes one U+FFFD, and then a new text begins") {
  Detokenizer detokenizer;
  CHECK(detokenizer.push("\xF0\x9F\x98") == "");
  CHECK(detokenizer.finish() == "\uFFFD");
  CHECK(detokenizer.finish() == "");
  CHECK(detokenizer.push("\x80") == "\uFFFD");
  CHECK(detokenizer.push("a") == "a");
}

TEST_CASE("Every division of the bytes gives the same text") {
  const std::string_view pieces[] = {"a",        "\xC3", "\xA9", "\xE2",         "\x82",
                                     "\xAC",     "\xF0", "\x9F", "\u4e2d\u3042", "\x98",
                                     "\xED\xA0", "\xF4", "\x90", "\xFF"};
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    for (unsigned count = random() % 7; count > 0; --count) bytes += pieces[random() % 14];
    const std::string expected = whole(bytes);
    if (bytes.size() > 12) continue;
    for (unsigned cuts = 0; cuts < 1u << bytes.size(); ++cuts) {
      Detokenizer detokenizer;
      std::string text;
      std::size_t begin = 0;
      for (std::size_t end = 0; end <= bytes.size(); ++end) {
        if (end < bytes.size() && (cuts >> end & 1) == 0) continue;
        text += detokenizer.push(std::string_view(bytes).substr(begin, end - begin));
        if (detokenizer.held() > 3) FAIL("more than three bytes are held");
        begin = end;
      }
      text += detokenizer.finish();
      if (text != expected)
        FAIL("division " << cuts << " of a text of " << bytes.size() << " bytes");
    }
  }
}

TEST_CASE("Whole characters are never held") {
  Detokenizer detokenizer;
  for (const std::string_view character :
       {"a", ".", "\u00e9", "\u4e2d", "\U0001f600", "\u200d", "\n"})
    CHECK(detokenizer.push(character) == character);
}
