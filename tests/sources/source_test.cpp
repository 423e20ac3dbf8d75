#include <tamis/sources/allowed_tokens.hpp>
#include <tamis/sources/any_source.hpp>
#include <tamis/sources/bans.hpp>
#include <tamis/sources/dry.hpp>
#include <tamis/sources/forced_tokens.hpp>
#include <tamis/sources/growing_end.hpp>
#include <tamis/sources/no_repeat_ngram.hpp>
#include <tamis/sources/sequence_biases.hpp>
#include <tamis/sources/source.hpp>

#include "catch.hpp"
#include "random_walk.hpp"

using namespace tamis;
using namespace tamis::testing;

static_assert(Source<AllowedTokens> && Source<AnySource> && Source<Bans> && Source<Dry>);
static_assert(Source<ForcedTokens> && Source<GrowingEnd> && Source<NoRepeatNgram> &&
              Source<SequenceBiases>);
static_assert(!Source<int> && !Source<Sequence>);

/// What a user may write: after a token, not the same again.
struct NoDoubles {
  void push(Sequence& sequence) const {
    if (sequence.size() > 0) sequence.add_bias(sequence.tokens().back(), masked);
  }
};
static_assert(Source<NoDoubles>);

TEST_CASE(
    "Sources speak of the tokens that are there, whatever was appended and rewound to get there") {
  const auto each = [](auto source) {
    for (std::uint32_t seed = 0; seed < 5; ++seed) {
      random_walk(seed, 3, 100, source, [&](const std::vector<TokenId>& tokens, const auto& said) {
        CAPTURE(seed, tokens);
        REQUIRE(said == said_by(source, tokens));
      });
    }
  };
  each(NoDoubles{});
  each(Bans({1}, 5, 20));
  each(ForcedTokens({2}, 9));
  each(NoRepeatNgram(3));
  each(SequenceBiases({{{0, 1}, 2}, {{2}, -1}}));
  each(Dry({.multiplier = 0.8f, .allowed_length = 1, .breakers = {2}}));
}
