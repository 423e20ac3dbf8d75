#include <tamis/sources/no_repeat_ngram.hpp>

#include "catch.hpp"
#include "random_walk.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

TEST_CASE("NoRepeatNgram bans what would complete an n-gram a second time") {
  CHECK(said_by(NoRepeatNgram(2), {1, 2, 3, 1}) == banned({2}));
  CHECK(said_by(NoRepeatNgram(2), {1, 2, 1, 3, 1}) == banned({2, 3}));
  CHECK(said_by(NoRepeatNgram(3), {1, 2, 3, 9, 1, 2}) == banned({3}));
  CHECK(said_by(NoRepeatNgram(3), {1, 2, 3, 9, 8, 2}) == banned({}));
  CHECK(said_by(NoRepeatNgram(3), {5, 5, 5}) == banned({5}));
}

TEST_CASE("NoRepeatNgram looks at prompt and output as one") {
  CHECK(said_by(NoRepeatNgram(3), {1, 2}, {3, 1, 2}) == banned({3}));
}

TEST_CASE("NoRepeatNgram of one bans every token seen") {
  CHECK(said_by(NoRepeatNgram(1), {4, 2, 4}, {7}) == banned({2, 4, 7}));
  CHECK(said_by(NoRepeatNgram(1), {}) == banned({}));
}

TEST_CASE("NoRepeatNgram bans nothing while the history is too short") {
  CHECK(said_by(NoRepeatNgram(4), {}) == banned({}));
  CHECK(said_by(NoRepeatNgram(4), {1, 1, 1}) == banned({}));
  CHECK(said_by(NoRepeatNgram(4), {1, 1, 1, 1}) == banned({1}));
  CHECK(said_by(NoRepeatNgram(~std::size_t{0}), {1, 1, 1, 1}) == banned({}));
}

/// The definition, by looking at every n-gram.
static Ids by_definition(const Ids& tokens, std::size_t n) {
  Ids bans;
  for (std::size_t i = 0; i + n <= tokens.size(); ++i) {
    if (std::equal(tokens.end() - static_cast<std::ptrdiff_t>(n - 1), tokens.end(),
                   tokens.begin() + static_cast<std::ptrdiff_t>(i))) {
      bans.push_back(tokens[i + n - 1]);
    }
  }
  return bans;
}

TEST_CASE("NoRepeatNgram says what its definition says, whatever was appended and rewound") {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    const std::size_t n = seed % 5 + 1, alphabet = seed % 3 + 2;
    random_walk(seed, alphabet, 300, NoRepeatNgram(n), [&](const Ids& tokens, const auto& said) {
      CAPTURE(seed, tokens);
      REQUIRE(said == banned(by_definition(tokens, n)));
    });
  }
}

TEST_CASE("A copy of NoRepeatNgram goes its own way") {
  Sequence one(Ids{1, 2, 3});
  NoRepeatNgram source(2);
  source.push(one);
  Sequence other = one;
  NoRepeatNgram copy = source;
  one.append(1), other.append(2);
  source.push(one), copy.push(other);
  CHECK(said_of(one) == banned({2}));
  CHECK(said_of(other) == banned({3}));
}

TEST_CASE("A step of NoRepeatNgram costs what it bans, not the length of the history") {
  // In a history of one token an n-gram has occurred n - 2 fewer times than there are tokens: were
  // each asked about at every step, this would be 5 10^9 comparisons.
  Sequence sequence;
  NoRepeatNgram source(3);
  for (int step = 0; step < 100000; ++step) {
    sequence.clear_passing();
    sequence.append(7);
    source.push(sequence);
  }
  CHECK(said_of(sequence) == banned({7}));
}
