#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <tamis/tokenizers/string_automaton.hpp>
#include <vector>

#include "catch.hpp"

using tamis::StringAutomaton;

static StringAutomaton automaton(const std::vector<std::string_view>& strings) {
  auto made = StringAutomaton::of(strings);
  REQUIRE(made);
  return *made;
}

TEST_CASE("After each byte the automaton knows the longest string with which the text ends") {
  const auto sought = automaton({"he", "she", "his", "hers"});  // the example of the paper
  std::vector<std::size_t> found;
  auto state = StringAutomaton::start;
  for (const char byte : std::string_view("ushers")) {
    state = sought.step(state, byte);
    found.push_back(sought.match(state).index);
  }
  const std::size_t none = StringAutomaton::none;
  CHECK(found == std::vector<std::size_t>{none, none, none, 1, none, 3});
}

TEST_CASE("The front of a text is the longest string with which it begins") {
  const auto sought = automaton({"<|end|>", "<|e", "a", "aa", "abcd"});
  CHECK(sought.front("<|end|>x").index == 0);
  CHECK(sought.front("<|en").index == 1);
  CHECK(sought.front("<|en").length == 3);
  CHECK(sought.front("aab").index == 3);
  CHECK(sought.front("abc").index == 2);
  CHECK_FALSE(sought.front("x<|end|>"));
  CHECK_FALSE(sought.front(""));
  CHECK_FALSE(StringAutomaton().front("a"));
}

TEST_CASE("The automaton equals a naive search on random strings") {
  std::mt19937 random(5);
  const auto word = [&](unsigned longest) {
    std::string word;
    for (unsigned length = 1 + random() % longest; length > 0; --length)
      word += "ab\xFF"[random() % 3];
    return word;
  };
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> strings;
    for (unsigned count = random() % 6; count > 0; --count) strings.push_back(word(5));
    const auto sought = automaton({strings.begin(), strings.end()});
    const std::string text = word(30);
    auto state = StringAutomaton::start;
    for (std::size_t end = 1; end <= text.size(); ++end) {
      state = sought.step(state, text[end - 1]);
      const std::string_view read = std::string_view(text).substr(0, end);
      std::size_t longest = 0, depth = 0;
      for (const auto& string : strings) {
        if (read.ends_with(string)) longest = std::max(longest, string.size());
        for (std::size_t length = 1; length <= string.size(); ++length)
          if (read.ends_with(string.substr(0, length))) depth = std::max(depth, length);
      }
      REQUIRE(sought.match(state).length == longest);
      REQUIRE(sought.depth(state) == depth);
      if (longest > 0) REQUIRE(read.ends_with(strings[sought.match(state).index]));
    }
  }
}

TEST_CASE("Of equal strings the first is found") {
  CHECK(automaton({"b", "a", "a"}).front("a").index == 1);
}

TEST_CASE("An empty string cannot be sought") {
  const std::vector<std::string_view> strings{"a", ""};
  CHECK(StringAutomaton::of(strings).error().message ==
        "string 2 of the 2 to look for is empty; it needs at least one character");
}

TEST_CASE("A text is read in linear time, however the strings overlap") {
  const std::string many(200000, 'a');
  const auto sought = automaton({many + "b", many.substr(1), "aa", "a"});
  auto state = StringAutomaton::start;
  std::size_t matches = 0;
  for (int i = 0; i < 2000000; ++i) {
    state = sought.step(state, i % 199999 == 0 ? 'c' : 'a');
    matches += static_cast<bool>(sought.match(state));
  }
  CHECK(matches == 2000000 - 11);
}
