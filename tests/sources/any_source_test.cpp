#include <tamis/sources/any_source.hpp>
#include <tamis/sources/bans.hpp>
#include <tamis/sources/dry.hpp>
#include <tamis/sources/no_repeat_ngram.hpp>

#include "catch.hpp"
#include "random_walk.hpp"

using namespace tamis;
using namespace tamis::testing;

TEST_CASE("AnySource says what the source in it says") {
  CHECK(said_by(AnySource(Bans({3}, 0, 10)), {1}) == banned({3}));
  const Dry dry({.multiplier = 1, .base = 2, .allowed_length = 1});
  CHECK(said_by(AnySource(dry), {1, 2, 1, 3, 1}) == said_by(dry, {1, 2, 1, 3, 1}));
}

TEST_CASE("A copy of AnySource goes its own way") {
  Sequence one(std::vector<TokenId>{1, 2, 3});
  AnySource source = NoRepeatNgram(2);
  source.push(one);
  Sequence other = one;
  AnySource copy = source;
  one.append(1), other.append(2);
  source.push(one), copy.push(other);
  CHECK(said_of(one) == banned({2}));
  CHECK(said_of(other) == banned({3}));
}
