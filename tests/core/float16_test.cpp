#include <tamis/core/float16.hpp>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("A half is the float that it stands for") {
  CHECK(Float16{0x3c00} == 1.0f);
  CHECK(Float16{0xc100} == -2.5f);
  CHECK(Float16{0x0001} == 0x1p-24f);
  CHECK(Float16{0xfc00} == -__builtin_inff());
  static_assert(sizeof(Float16) == 2 && Float16{0x7bff} == 65504.0f);
}
