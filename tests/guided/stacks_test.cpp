#include <tamis/guided/stacks.hpp>

#include "catch.hpp"

using namespace tamis::guided;

namespace {

Frame state(std::uint32_t place, std::uint32_t below) { return {place, Frame::Kind::state, 0, 0, below}; }

}  // namespace

TEST_CASE("Equal sets of stacks have equal numbers, whatever the order in which they were made") {
  Stacks s(10);
  const auto a = s.push(state(1, Stacks::bottom)), b = s.push(state(2, Stacks::bottom)), c = s.push(state(1, b));
  CHECK(s.push(state(1, Stacks::bottom)) == a);
  CHECK(s.unite(s.unite(a, b), c) == s.unite(c, s.unite(b, a)));
  CHECK(s.unite(a, a) == a);
  const auto both = s.unite(a, c);  // the same frame on top: what is below is united
  REQUIRE(s.frames(both).size() == 1);
  CHECK(s.frames(both)[0].below == s.unite(Stacks::bottom, b));
  CHECK(s.has_empty(s.frames(both)[0].below));
}

TEST_CASE("A set of two to the power of forty stacks takes forty sets of frames") {
  Stacks s(10);
  std::uint32_t all = Stacks::bottom;
  for (int depth = 0; depth < 40; ++depth) all = s.unite(s.push(state(1, all)), s.push(state(2, all)));
  CHECK(s.size() < 130);
  CHECK(s.frames(all).size() == 2);
}

TEST_CASE("Counts that no token can use up look alike to a mask") {
  Stacks s(10);
  const auto repeat = [&](std::uint32_t least, std::uint32_t most, std::uint32_t below) {
    return s.push({7, Frame::Kind::repeat, least, most, below});
  };
  CHECK(s.clamped(repeat(0, 500, Stacks::bottom)) == s.clamped(repeat(0, 400, Stacks::bottom)));
  CHECK(s.clamped(repeat(0, 500, Stacks::bottom)) != s.clamped(repeat(0, 9, Stacks::bottom)));
  CHECK(s.clamped(repeat(300, 500, Stacks::bottom)) == repeat(11, 11, Stacks::bottom));
  const auto small = repeat(2, 3, Stacks::bottom);
  CHECK(s.clamped(small) == small);
  CHECK(s.clamped(s.push(state(1, repeat(0, 99, small)))) == s.push(state(1, repeat(0, 11, small))));  // deep down too
}

TEST_CASE("Sets that go too deep are reported and not trusted") {
  Stacks s(10);
  std::uint32_t x = s.push(state(1, Stacks::bottom)), y = s.push(state(2, Stacks::bottom));
  for (int i = 0; i < 10'000; ++i) {
    x = s.push(state(3, x));
    y = s.push(state(3, y));
  }
  CHECK_FALSE(s.is_too_deep());
  static_cast<void>(s.unite(x, y));
  CHECK(s.take_too_deep());
  CHECK_FALSE(s.take_too_deep());
}
