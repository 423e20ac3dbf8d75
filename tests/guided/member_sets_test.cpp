#include <tamis/guided/member_sets.hpp>

#include "catch.hpp"

using tamis::guided::MemberSets;

TEST_CASE("Equal sets of members have equal numbers, whatever the order in which they came") {
  MemberSets sets;
  const auto one = sets.with(sets.with(0, 3), 200), other = sets.with(sets.with(0, 200), 3);
  CHECK(one == other);
  CHECK((sets.has(one, 3) && sets.has(one, 200) && !sets.has(one, 4) && !sets.has(one, 999)));
  CHECK(sets.with(one, 3) == one);
  CHECK(sets.with(0, 3) != one);
  MemberSets moved;
  CHECK(moved.has(moved.import(sets, one), 200));
  CHECK(moved.import(sets, 0) == 0);
}
