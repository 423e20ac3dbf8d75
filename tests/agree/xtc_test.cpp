#include "agree.hpp"

#include <tamis/policies/temperature.hpp>
#include <tamis/policies/xtc.hpp>

using namespace tamis;

TEST_CASE("simd, team and the reference agree, on the tokens recorded: xtc") {
  CHECK(agree::tokens_of(Sampler{Temperature{0.5f}, Xtc{0.01f, 0.5f}}) == 0xbac19116u);
}
