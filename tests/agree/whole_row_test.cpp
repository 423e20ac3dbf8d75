#include "agree.hpp"

#include <tamis/policies/temperature.hpp>

using namespace tamis;

TEST_CASE("simd, team and the reference agree, on the tokens recorded: whole row") {
  CHECK(agree::tokens_of(Sampler{Temperature{0.8f}}) == 0x5dc9e2a2u);
}
