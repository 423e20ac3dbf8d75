#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <tamis/generation/stop_strings.hpp>
#include <vector>

#include "catch.hpp"

using tamis::StopStrings;
using Ending = StopStrings::Ending;

static StopStrings stops(std::initializer_list<std::string> strings,
                         Ending ending = Ending::trimmed) {
  auto made = StopStrings::of(strings, ending);
  REQUIRE(made);
  return *made;
}

TEST_CASE("Text comes through until it could be the start of a stop string") {
  auto stop = stops({"\nUser:", "###"});
  CHECK(stop.push(" rain") == " rain");
  CHECK(stop.push(" falls\nUs") == " falls");
  CHECK(stop.held() == 3);
  CHECK(stop.push("ual") == "\nUsual");
  CHECK(stop.push("\n") == "");
  CHECK(stop.push("User") == "");
  CHECK(stop.push(": more") == "");
  CHECK(stop.found() == 0);
  CHECK(stop.push("and more") == "");
  CHECK(stop.finish() == "");
}

TEST_CASE("A stop string inside one piece ends the text there") {
  auto stop = stops({"lo"});
  CHECK(stop.push("hello world") == "hel");
  CHECK(stop.found() == 0);
}

TEST_CASE("The stop string is kept if it is wanted") {
  auto stop = stops({"END"}, Ending::kept);
  CHECK(stop.push("the E") == "the ");
  CHECK(stop.push("NDless") == "END");
  CHECK(stop.found() == 0);
}

TEST_CASE("The earliest stop string counts, not the first in the list") {
  auto stop = stops({"world", "lo"});
  CHECK(stop.push("hello world") == "hel");
  CHECK(stop.found() == 1);
  auto longest = stops({"c", "bc", "abc"});  // all end at the c
  CHECK(longest.push("xabc") == "x");
  CHECK(longest.found() == 2);
  auto within = stops({"abc", "b"});  // the b is there before the c
  CHECK(within.push("xabc") == "xa");
  CHECK(within.found() == 1);
}

TEST_CASE("What is held comes at the end, if it has become no stop string") {
  auto stop = stops({"stop"});
  CHECK(stop.push("sto") == "");
  CHECK(stop.finish() == "sto");
  CHECK(stop.finish() == "");
  CHECK_FALSE(stop.found());
}

TEST_CASE("Without stop strings everything comes through") {
  StopStrings none;
  CHECK(none.push("anything") == "anything");
  CHECK(stops({}).push("anything") == "anything");
}

TEST_CASE("No character is divided") {
  auto stop = stops({"\u00e9!"});
  CHECK(stop.push("\u00e8") == "\u00e8");  // shares its first byte with the stop string
  CHECK(stop.push("\u00e9") == "");
  CHECK(stop.push("?") == "\u00e9?");
}

TEST_CASE("A stop string may be long") {
  const std::string text(100000, 'a');
  auto stop = stops({text + "b"});
  std::string shown;
  for (int i = 0; i < 30; ++i) shown += stop.push(text);
  CHECK(shown.size() == 29 * text.size());
  CHECK(stop.push("b") == "");
  CHECK(stop.found() == 0);
}

TEST_CASE("An empty stop string is refused") {
  CHECK(StopStrings::of({"a", ""}).error().message ==
        "stop string 2 of 2 is empty; it needs at least one character");
}

TEST_CASE("However the text is divided, the result is that of a naive search") {
  std::mt19937 random(9);
  const auto word = [&](unsigned shortest, unsigned longest) {
    std::string word;
    for (unsigned length = shortest + random() % (longest - shortest + 1); length > 0; --length)
      word += "ab"[random() % 2];
    return word;
  };
  int ended = 0;
  for (int round = 0; round < 20000; ++round) {
    std::vector<std::string> strings;
    for (unsigned count = random() % 4; count > 0; --count) strings.push_back(word(1, 6));
    const std::string text = word(0, 30);
    const Ending ending = random() % 2 ? Ending::kept : Ending::trimmed;

    std::string expected = text;
    std::size_t length = 0;
    for (std::size_t end = 1; end <= text.size() && length == 0; ++end) {
      for (const std::string& string : strings)
        if (std::string_view(text).substr(0, end).ends_with(string))
          length = std::max(length, string.size());
      if (length > 0) expected = text.substr(0, ending == Ending::kept ? end : end - length);
    }
    ended += length > 0;

    auto stop = StopStrings::of(strings, ending);
    REQUIRE(stop);
    std::string shown;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = 1 + random() % 4;
      shown += stop->push(std::string_view(text).substr(at, size));
      at += size;
      if (!stop->found()) {  // no more is held than could become a stop string
        const std::string_view read = std::string_view(text).substr(0, at);
        std::size_t most = 0;
        for (const std::string& string : strings)
          for (std::size_t front = 1; front < string.size(); ++front)
            if (read.ends_with(string.substr(0, front))) most = std::max(most, front);
        REQUIRE(stop->held() == most);
      }
    }
    shown += stop->finish();
    REQUIRE(shown == expected);
    REQUIRE(stop->found().has_value() == (length > 0));
    if (stop->found()) REQUIRE(strings[*stop->found()].size() == length);
  }
  CHECK(ended > 5000);
  CHECK(ended < 19000);
}
