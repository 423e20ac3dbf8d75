#include <tamis/sources/sequence_biases.hpp>

#include "catch.hpp"
#include "random_walk.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

static std::map<TokenId, Said> biased(const std::map<TokenId, float>& values) {
  std::map<TokenId, Said> said;
  for (const auto& [id, value] : values) said[id].bias = value;
  return said;
}

TEST_CASE("SequenceBiases speak of the last token when the history ends with the rest") {
  const SequenceBiases biases({{{1, 2, 3}, 5}, {{2, 4}, -1}, {{6}, 2}});
  CHECK(said_by(biases, {1, 2}) == biased({{3, 5}, {4, -1}, {6, 2}}));
  CHECK(said_by(biases, {9, 2}) == biased({{4, -1}, {6, 2}}));
  CHECK(said_by(biases, {1, 2, 9}) == biased({{6, 2}}));
  CHECK(said_by(biases, {}) == biased({{6, 2}}));
}

TEST_CASE("SequenceBiases match a rest that is the whole history") {
  CHECK(said_by(SequenceBiases({{{1, 2, 3}, 5}}), {1, 2}) == biased({{3, 5}}));
  CHECK(said_by(SequenceBiases({{{0, 1, 2, 3}, 5}}), {1, 2}) == biased({}));
}

TEST_CASE("SequenceBiases add up over the entries") {
  CHECK(said_by(SequenceBiases({{{3}, 1}, {{3}, 2}, {{1, 3}, 4}}), {1}) == biased({{3, 7}}));
}

TEST_CASE("SequenceBiases of minus infinity are bad words, in prompt and output") {
  const SequenceBiases bad({{{7}, masked}, {{1, 2}, masked}});
  CHECK(said_by(bad, {1}) == banned({2, 7}));
  CHECK(said_by(bad, {5}, {1}) == banned({2, 7}));
  CHECK(said_by(bad, {1}, {5}) == banned({7}));
}

TEST_CASE("SequenceBiases without a token say nothing") {
  CHECK(said_by(SequenceBiases({{{}, 5}}), {1}).empty());
}

TEST_CASE("SequenceBiases say what their definition says, whatever was appended and rewound") {
  std::mt19937 random(1);
  std::vector<SequenceBiases::Entry> entries;
  for (int i = 0; i < 40; ++i) {
    Ids tokens(random() % 4 + 1);
    for (TokenId& id : tokens) id = static_cast<TokenId>(random() % 3);
    entries.push_back({tokens, static_cast<float>(i % 7 - 3)});
  }
  random_walk(2, 3, 500, SequenceBiases(entries), [&](const Ids& tokens, const auto& said) {
    std::map<TokenId, float> sums;
    for (const auto& [sequence, bias] : entries) {
      const auto rest = static_cast<std::ptrdiff_t>(sequence.size() - 1);
      if (sequence.size() - 1 > tokens.size()) continue;
      if (std::equal(tokens.end() - rest, tokens.end(), sequence.begin()))
        sums[sequence.back()] += bias;
    }
    std::erase_if(sums, [](const auto& of) { return of.second == 0; });
    CAPTURE(tokens);
    REQUIRE(said == biased(sums));
  });
}
