#include <tamis/sources/dry.hpp>

#include "catch.hpp"
#include "random_walk.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

static std::map<TokenId, Said> pushed(const std::map<TokenId, float>& values,
                                      std::size_t slot = 0) {
  std::map<TokenId, Said> said;
  for (const auto& [id, value] : values) said[id].push[slot] = value;
  return said;
}

TEST_CASE("Dry pushes down what would go on with a repetition: the example of the pull request") {
  // After 1 2 3, 2 3 and 3 came 3, 9 and 2: three, two and one tokens long, so 2^2, 2^1 and 2^0.
  const Dry dry({.multiplier = 1, .base = 2, .allowed_length = 1});
  CHECK(said_by(dry, {1, 2, 3, 3, 2, 3, 9, 1, 2, 3}) == pushed({{3, -4}, {2, -1}, {9, -2}}));
}

TEST_CASE("Dry is silent about matches shorter than the allowed length") {
  const Dry dry({.multiplier = 1, .base = 2, .allowed_length = 3});
  CHECK(said_by(dry, {1, 2, 3, 3, 2, 3, 9, 1, 2, 3}) == pushed({{3, -1}}));
}

TEST_CASE("Dry matches across no breaker and pushes none") {
  const Ids history = {5, 0, 1, 2, 3, 0, 7, 5, 0, 1, 2};
  CHECK(said_by(Dry({.multiplier = 1, .base = 2, .allowed_length = 1}), history) ==
        pushed({{3, -8}}));
  CHECK(said_by(Dry({.multiplier = 1, .base = 2, .allowed_length = 1, .breakers = {0}}), history) ==
        pushed({{3, -2}}));  // 1 2 and not 5 0 1 2
  CHECK(said_by(Dry({.multiplier = 1, .base = 2, .allowed_length = 1, .breakers = {3}}), history) ==
        pushed({}));
  CHECK(said_by(Dry({.multiplier = 1, .base = 2, .allowed_length = 1, .breakers = {2}}), history) ==
        pushed({}));
}

TEST_CASE("Dry looks at no more than the window") {
  const Ids history = {1, 2, 9, 1, 2, 8, 1, 2};
  const auto dry = [](std::size_t window) {
    return Dry({.multiplier = 1, .base = 2, .allowed_length = 1, .window = window});
  };
  CHECK(said_by(dry(8), history) == pushed({{9, -2}, {8, -2}}));
  CHECK(said_by(dry(5), history) == pushed({{8, -2}}));
  CHECK(said_by(dry(4), history) == pushed({{8, -1}}));  // its 1 is out of the window
  CHECK(said_by(dry(3), history) == pushed({}));
  CHECK(said_by(dry(0), history) == pushed({}));
}

TEST_CASE("Dry pushes into its slot, and nothing with a multiplier of zero") {
  CHECK(said_by(Dry({.multiplier = 0.5f, .base = 3, .allowed_length = 1, .slot = 1}), {4, 4, 4}) ==
        pushed({{4, -1.5f}}, 1));
  CHECK(said_by(Dry({.multiplier = 0, .base = 3, .allowed_length = 1}), {4, 4, 4}) == pushed({}));
}

TEST_CASE("Dry lets its power grow no further than a float") {
  const Ids history(1000, 4);
  const auto said = said_by(Dry({.multiplier = 0.5f, .base = 2, .allowed_length = 2}), history);
  CHECK(said == pushed({{4, -0x1p127f}}));  // llama.cpp stops at 2^128
}

/// The definition, by matching backwards from every place; L for each token.
static std::map<TokenId, std::size_t> by_definition(const Ids& tokens,
                                                    const Dry::Options& options) {
  const auto breaks = [&](TokenId id) { return std::ranges::count(options.breakers, id) > 0; };
  const std::size_t begin = tokens.size() - std::min(options.window, tokens.size());
  std::map<TokenId, std::size_t> longest;
  for (std::size_t next = begin + 1; next < tokens.size(); ++next) {
    std::size_t length = 0;
    while (begin + length < next &&
           tokens[next - 1 - length] == tokens[tokens.size() - 1 - length] &&
           !breaks(tokens[next - 1 - length])) {
      ++length;
    }
    if (length >= options.allowed_length && !breaks(tokens[next])) {
      longest[tokens[next]] = std::max(longest[tokens[next]], length);
    }
  }
  return longest;
}

TEST_CASE("Dry says what its definition says, whatever was appended and rewound") {
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    Dry::Options options{.multiplier = 1, .base = 1.5f, .allowed_length = seed % 3 + 1};
    if (seed % 2) options.window = seed % 4 + 9 * (seed % 5);
    if (seed % 4 == 3) options.breakers = {1};
    random_walk(seed, seed % 3 + 2, 300, Dry(options), [&](const Ids& tokens, const auto& said) {
      CAPTURE(seed, tokens, options.window);
      std::map<TokenId, float> expected;
      for (const auto& [id, length] : by_definition(tokens, options)) {
        expected[id] = static_cast<float>(
            -std::pow(1.5, static_cast<double>(length - options.allowed_length)));
      }
      REQUIRE(said == pushed(expected));
    });
  }
}

TEST_CASE("A step of Dry costs the places of its token, and a prompt one look") {
  // Were each place of the history asked about at every step, or each pair of places of the prompt,
  // this would be 10^10 comparisons.
  Sequence sequence(Ids(100000, 7));
  Dry dry({.multiplier = 1, .base = 2, .allowed_length = 2});
  dry.push(sequence);
  CHECK(said_of(sequence).at(7).push[0] < -1e38f);
  for (int step = 0; step < 100000; ++step) {
    sequence.clear_passing();
    sequence.append(1000 + step % 5000);
    dry.push(sequence);
  }
  CHECK(said_of(sequence).size() == 1);  // the round has begun twenty times
}
