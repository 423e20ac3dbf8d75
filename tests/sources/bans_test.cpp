#include <tamis/sources/bans.hpp>
#include <tamis/sources/source.hpp>

#include "catch.hpp"
#include "random_walk.hpp"

using namespace tamis;
using namespace tamis::testing;

TEST_CASE("Bans hold at the lengths from one to before another, the prompt included") {
  const Bans bans({3, 5}, 2, 4);
  CHECK(said_by(bans, {0}) == banned({}));
  CHECK(said_by(bans, {0, 0}) == banned({3, 5}));
  CHECK(said_by(bans, {0}, {0, 0}) == banned({3, 5}));
  CHECK(said_by(bans, {0}, {0, 0, 0}) == banned({}));
}

TEST_CASE("Bans of an end token until a least length, and again after a rewind") {
  Sequence sequence(std::vector<TokenId>{1, 1});
  const Bans no_end({9}, 0, 3);
  const auto said = [&] {
    sequence.clear_passing();
    no_end.push(sequence);
    return said_of(sequence);
  };
  CHECK(said() == banned({9}));
  sequence.append(1);
  CHECK(said() == banned({}));
  sequence.rewind(2);
  CHECK(said() == banned({9}));
}

TEST_CASE("A ban outweighs every bias") {
  Sequence sequence;
  sequence.set_bias(3, 1e30f);
  Bans({3}, 0, 10).push(sequence);
  CHECK(sequence.facts().of(3).bias == masked);
}

TEST_CASE("A ban of an id below zero bans nothing") {
  Sequence sequence(std::vector<TokenId>{1});
  Bans({-1, -600, 2}, 0, 10).push(sequence);
  CHECK(said_of(sequence) == banned({2}));
}

static_assert(Source<Bans>);
