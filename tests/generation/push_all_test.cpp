#include <tamis/generation/push_all.hpp>

#include <tamis/sources/bans.hpp>
#include <tuple>
#include <vector>

#include "catch.hpp"

using namespace tamis;

static std::size_t banned_by(auto sources) {
  Sequence sequence(std::vector<TokenId>{0});
  push_all(sources, sequence);
  std::size_t count = 0;
  for (const Occurrence& token : sequence.facts().few) count += token.bias == masked;
  return count;
}

TEST_CASE("One source speaks, each of a tuple, and each of a range") {
  CHECK(banned_by(Bans({1, 2}, 0, 9)) == 2);
  CHECK(banned_by(std::tuple{Bans({1}, 0, 9), Bans({2}, 0, 9), Bans({3}, 5, 9)}) == 2);
  CHECK(banned_by(std::vector{Bans({1}, 0, 9), Bans({2}, 0, 9), Bans({4}, 0, 9)}) == 3);
  CHECK(banned_by(std::tuple<>{}) == 0);
}
