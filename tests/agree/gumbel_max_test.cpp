#include "agree.hpp"

#include <tamis/policies/gumbel_max.hpp>
#include <tamis/policies/temperature.hpp>

using namespace tamis;

TEST_CASE("simd, team and the reference agree, on the tokens recorded: gumbel max") {
  CHECK(agree::tokens_of(Sampler{Temperature{0.8f}, GumbelMax{}}) == 0x607dcda4u);
}
