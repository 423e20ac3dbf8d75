#include <tamis/policies/scaled_push.hpp>
#include <tamis/sources/growing_end.hpp>

#include "catch.hpp"
#include "policies/policy_checks.hpp"
#include "random_walk.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

TEST_CASE("GrowingEnd pushes the end once more than the start is generated") {
  const GrowingEnd ends(2, 1.5f, {4, 6});
  CHECK(said_by(ends, {1, 1, 1}, {1, 1}).empty());
  CHECK(said_by(ends, {1, 1, 1}, {1, 1, 1}).at(4).push[1] == 0.5f);
  CHECK(said_by(ends, {1, 1, 1}, {1, 1, 1, 1}).at(6).push[1] == 1.25f);
  CHECK(said_by(ends, {1, 1, 1}, {1, 1, 1, 1}).size() == 2);
}

TEST_CASE("GrowingEnd and ScaledPush make -2 to 0.5 at the second token beyond, as HF does") {
  Sequence sequence(Ids{1});
  for (const TokenId id : {1, 1, 1}) sequence.append(id);
  GrowingEnd(1, 1.5f, {0}).push(sequence);
  CHECK((after(sequence, std::vector{-2.0f, 1.0f}, ScaledPush{}) == std::vector{0.5f, 1.0f}));
}

TEST_CASE("GrowingEnd grows no further than a float, so that a logit of zero stays one") {
  Sequence sequence;
  for (int i = 0; i < 5000; ++i) sequence.append(1);
  GrowingEnd(0, 1.5f, {0, 1, 2}).push(sequence);
  const std::vector<float> row = {0, -3, masked};
  CHECK((after(sequence, row, ScaledPush{}) == std::vector{0.0f, greatest, masked}));
}

TEST_CASE("GrowingEnd with a factor of one says nothing") {
  CHECK(said_by(GrowingEnd(0, 1.0f, {4}), {}, {1, 1}).empty());
}
