#include <tamis/core/sequence.hpp>

#include <map>
#include <random>

#include "catch.hpp"

using namespace tamis;
using Ids = std::vector<TokenId>;

/// What is known of some tokens, without those of which nothing is.
static std::vector<Occurrence> known(const Sequence& sequence) {
  std::vector<Occurrence> few;
  for (const Occurrence& o : sequence.facts().few) {
    if (o != Occurrence{o.id, 0, 0, 0, {}}) few.push_back(o);
  }
  return few;
}

TEST_CASE("Sequence counts the prompt and the output apart, ids ascending") {
  Sequence sequence(Ids{7, 3, 7});
  for (const TokenId id : {3, 9, 9}) sequence.append(id);
  CHECK((known(sequence) ==
         std::vector<Occurrence>{{3, 1, 1, 0, {}}, {7, 0, 2, 0, {}}, {9, 2, 0, 0, {}}}));
  CHECK(std::ranges::equal(sequence.prompt(), Ids{7, 3, 7}));
  CHECK(std::ranges::equal(sequence.generated(), Ids{3, 9, 9}));
  CHECK(std::ranges::equal(sequence.tokens(), Ids{7, 3, 7, 3, 9, 9}));
}

TEST_CASE("Sequence counts no more than the last tokens of its window") {
  Sequence sequence(Ids{1, 2, 3}, 0, 2);
  CHECK((known(sequence) == std::vector<Occurrence>{{2, 0, 1, 0, {}}, {3, 0, 1, 0, {}}}));
  sequence.append(2);
  CHECK((known(sequence) == std::vector<Occurrence>{{2, 1, 0, 0, {}}, {3, 0, 1, 0, {}}}));
  sequence.rewind(3);
  CHECK((known(sequence) == std::vector<Occurrence>{{2, 0, 1, 0, {}}, {3, 0, 1, 0, {}}}));
}

TEST_CASE("Sequence says nothing of ids below zero, which no backend could place") {
  Sequence sequence(Ids{-600, 2});
  sequence.append(-1);
  sequence.add_bias(-3, masked);
  sequence.set_bias(-4, 1);
  sequence.add_push(-600, 0, 1);
  sequence.add_bias(0, 2);
  CHECK((known(sequence) == std::vector<Occurrence>{{0, 0, 0, 2, {}}, {2, 0, 1, 0, {}}}));
  sequence.clear_passing();
  sequence.rewind(0);
  CHECK(known(sequence).empty());
}

TEST_CASE("Sequence with a window of nothing counts nothing") {
  Sequence sequence(Ids{1, 2, 3}, 0, 0);
  sequence.append(4);
  sequence.rewind(2);
  sequence.append(5);
  CHECK(known(sequence).empty());
  CHECK(std::ranges::equal(sequence.tokens(), Ids{1, 2, 5}));
}

TEST_CASE("Sequence forgets what was added for one step, and keeps what lasts") {
  Sequence sequence(Ids{1});
  sequence.set_bias(5, -1);
  sequence.add_bias(5, 3);
  sequence.add_bias(1, masked);
  sequence.add_push(6, 2, 0.5f);
  sequence.add_push(6, 2, 0.5f);
  CHECK((known(sequence) == std::vector<Occurrence>{
                                {1, 0, 1, masked, {}}, {5, 0, 0, 2, {}}, {6, 0, 0, 0, {0, 0, 1}}}));
  sequence.clear_passing();
  CHECK((known(sequence) == std::vector<Occurrence>{{1, 0, 1, 0, {}}, {5, 0, 0, -1, {}}}));
  sequence.set_bias(5, 1);
  CHECK((known(sequence) == std::vector<Occurrence>{{1, 0, 1, 0, {}}}));
}

TEST_CASE("Sequence allows what it was told to") {
  Sequence sequence;
  CHECK(sequence.facts().allows(40));
  sequence.set_allowed({0, 1u << 8});
  CHECK(sequence.facts().allows(40));
  CHECK_FALSE(sequence.facts().allows(39));
  sequence.set_allowed({});
  CHECK(sequence.facts().allows(39));
}

TEST_CASE("The noise of the next draw is of the seed and the length alone") {
  Sequence sequence(Ids{1, 2}, 42);
  CHECK((sequence.stream().seed == 42 && sequence.stream().position == 2));
  sequence.append(3);
  CHECK(sequence.stream().position == 3);
  sequence.rewind(1);
  CHECK(sequence.stream().position == 1);
}

TEST_CASE("A reader learns how much of what it has read still holds, whatever came since") {
  Sequence sequence(Ids{1, 2, 3, 4});
  std::size_t noted = 0;
  CHECK(sequence.unchanged(4, noted) == 4);
  sequence.rewind(2);
  sequence.append(9);
  sequence.append(9);
  sequence.rewind(3);
  CHECK(sequence.unchanged(4, noted) == 2);
  CHECK(sequence.unchanged(3, noted) == 3);  // it has read three since
  sequence.rewind(7);                        // nothing to forget
  CHECK(sequence.unchanged(3, noted) == 3);
}

TEST_CASE("Sequence knows after any steps what one made at once of the same tokens knows") {
  std::mt19937 random(1);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (const std::size_t window :
       {std::size_t{0}, std::size_t{1}, std::size_t{5}, ~std::size_t{0}}) {
    CAPTURE(window);
    Ids tokens(below(8));
    for (TokenId& id : tokens) id = static_cast<TokenId>(below(4));
    std::size_t prompt = tokens.size();
    std::map<TokenId, Occurrence> lasting, passing;
    Sequence sequence(tokens, 0, window);
    for (int step = 0; step < 2000; ++step) {
      const auto id = static_cast<TokenId>(below(4));
      const auto value = static_cast<float>(below(5)) - 2;
      switch (below(8)) {
        case 0: {
          const std::size_t length =
              tokens.size() - below(std::min<std::size_t>(tokens.size() + 1, 9));
          sequence.rewind(length);
          tokens.resize(length);
          prompt = std::min(prompt, length);
          break;
        }
        case 1:
          sequence.set_bias(id, value);
          lasting[id].bias += value;
          break;
        case 2:
          sequence.add_bias(id, value);
          passing[id].bias += value;
          break;
        case 3:
          sequence.add_push(id, step % 3, value);
          passing[id].push[static_cast<std::size_t>(step % 3)] += value;
          break;
        case 4:
          sequence.clear_passing();
          passing.clear();
          break;
        default:
          sequence.append(id);
          tokens.push_back(id);
      }
      std::vector<Occurrence> expected;
      for (TokenId t = 0; t < 4; ++t) {
        Occurrence o{t, 0, 0, lasting[t].bias + passing[t].bias, passing[t].push};
        for (std::size_t i = tokens.size() - std::min(window, tokens.size()); i < tokens.size();
             ++i) {
          if (tokens[i] == t) ++(i < prompt ? o.prompt : o.output);
        }
        if (o != Occurrence{t, 0, 0, 0, {}}) expected.push_back(o);
      }
      REQUIRE(known(sequence) == expected);
      REQUIRE(std::ranges::equal(sequence.tokens(), tokens));
      REQUIRE(sequence.prompt().size() == prompt);
    }
  }
}

TEST_CASE("A ban is lifted for one step alone") {
  Sequence sequence(std::vector<TokenId>{1});
  sequence.set_bias(2, masked);
  sequence.add_bias(3, masked);
  sequence.lift_ban(2);
  sequence.lift_ban(3);
  sequence.lift_ban(4);  // which is not banned
  CHECK(sequence.facts().of(2).bias == 0);
  CHECK(sequence.facts().of(3).bias == 0);
  CHECK((sequence.is_lifted(2) && sequence.is_lifted(3) && !sequence.is_lifted(4)));
  sequence.clear_passing();
  CHECK(sequence.facts().of(2).bias == masked);
  CHECK(sequence.facts().of(3).bias == 0);
  CHECK_FALSE(sequence.is_lifted(2));
}
