#include <tamis/generation/placed_bans.hpp>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("A placed ban holds at its position, and is forgotten when an earlier one comes") {
  Sequence sequence(std::vector<TokenId>{0, 0});
  PlacedBans bans;
  const auto is_banned = [&](TokenId id) {
    sequence.clear_passing();
    bans.push(sequence);
    return sequence.facts().of(id).bias == masked;
  };
  bans.add(2, 5);
  bans.add(3, 7);
  CHECK(is_banned(5));
  CHECK_FALSE(is_banned(7));
  sequence.append(1);
  CHECK(is_banned(7));
  CHECK_FALSE(is_banned(5));
  bans.add(2, 6);
  CHECK_FALSE(is_banned(7));
  CHECK((bans.has(2, 5) && bans.has(2, 6) && !bans.has(3, 7)));
  CHECK((bans.has(2) && !bans.has(3)));
}
