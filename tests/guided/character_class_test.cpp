#include <tamis/guided/character_class.hpp>

#include "catch.hpp"

using namespace tamis::guided;

TEST_CASE("A class of characters includes what is made of its characters, and broken UTF-8 never") {
  const CharacterClass small{{0, std::uint64_t{1} << ('a' - 64)}, false},
      large{{0, std::uint64_t{3} << ('a' - 64)}, true};
  TokenTree::Shape shape;
  shape.ascii[1] = std::uint64_t{1} << ('a' - 64);
  CHECK(small.includes(shape));
  shape.ascii[1] |= std::uint64_t{1} << ('b' - 64);
  CHECK_FALSE(small.includes(shape));
  CHECK(large.includes(shape));
  shape.has_others = true;
  CHECK(large.includes(shape));
  shape.is_well_formed = false;
  CHECK_FALSE(large.includes(shape));
  CHECK(small.contains('a'));
  CHECK_FALSE(small.contains('b'));
  CHECK_FALSE(large.contains(0xc3));
  CHECK(small.width() == 1);
  CHECK(large.width() > 2);
}
