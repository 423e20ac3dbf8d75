#include <tamis/core/bfloat16.hpp>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("A bfloat16 is the float whose upper half it is") {
  CHECK(BFloat16{0x3f80} == 1.0f);
  CHECK(BFloat16{0xc020} == -2.5f);
  CHECK(BFloat16{0x0001} == 0x1p-133f);
  CHECK(BFloat16{0xff80} == -__builtin_inff());
  static_assert(sizeof(BFloat16) == 2 && BFloat16{0x4120} == 10.0f);
}
