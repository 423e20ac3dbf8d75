#include <tamis/guided/byte_set.hpp>

#include "catch.hpp"

using tamis::guided::ByteSet;

TEST_CASE("A byte set holds what was added, one by one or by ranges") {
  ByteSet set;
  CHECK(set.is_empty());
  set.add(0);
  set.add(62, 65);
  set.add(255);
  CHECK(set.size() == 6);
  CHECK((set.contains(64) && set.contains(255) && !set.contains(66)));
  ByteSet other;
  other.add(64, 70);
  CHECK_FALSE(set.includes(other));
  other &= set;
  CHECK(other.size() == 2);
  CHECK(set.includes(other));
  set |= other;
  CHECK(set.size() == 6);
  CHECK(set.word(1) == 3);
}
