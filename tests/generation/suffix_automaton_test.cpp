#include <tamis/generation/suffix_automaton.hpp>

#include <algorithm>
#include <random>
#include <vector>

#include "catch.hpp"

using tamis::SuffixAutomaton;
using tamis::TokenId;

/// The length of the longest end of `tokens` that begins somewhere earlier, found by trying all.
static std::size_t longest_repeat(const std::vector<TokenId>& tokens) {
  for (std::size_t length = tokens.size() - 1; length > 0; --length) {
    const auto end = tokens.end() - static_cast<std::ptrdiff_t>(length);
    if (std::search(tokens.begin(), tokens.end() - 1, end, tokens.end()) != tokens.end() - 1)
      return length;
  }
  return 0;
}

TEST_CASE(
    "A suffix automaton knows the longest end that has occurred before, and a place behind it") {
  std::mt19937 random(7);
  for (const int vocabulary : {1, 2, 3, 20}) {
    for (int round = 0; round < 30; ++round) {
      SuffixAutomaton seen;
      std::vector<TokenId> tokens;
      for (int i = 0; i < 60; ++i) {
        tokens.push_back(static_cast<TokenId>(random() % static_cast<unsigned>(vocabulary)));
        seen.append(tokens.back());
        REQUIRE(seen.size() == tokens.size());
        const std::size_t length = seen.repeated();
        REQUIRE(length == longest_repeat(tokens));
        if (length == 0) continue;
        const std::size_t place = seen.follows();
        REQUIRE(place < tokens.size());
        REQUIRE(place >= length);
        const auto end = tokens.begin() + static_cast<std::ptrdiff_t>(place);
        REQUIRE(std::equal(end - static_cast<std::ptrdiff_t>(length), end,
                           tokens.end() - static_cast<std::ptrdiff_t>(length)));
      }
    }
  }
}

TEST_CASE("Of what is sought again, a suffix automaton tells the place of the last search") {
  SuffixAutomaton seen;
  for (const TokenId id : {1, 2, 7, 1, 2, 8}) seen.append(id);
  CHECK(seen.repeated() == 0);
  seen.append(1);
  seen.append(2);
  CHECK(seen.repeated() == 2);
  CHECK(seen.follows() == 5);  // 8 came after it, and not 7
}

TEST_CASE("A suffix automaton of nothing has seen nothing") {
  CHECK(SuffixAutomaton().repeated() == 0);
  CHECK(SuffixAutomaton().size() == 0);
}
