#include "agree.hpp"

#include <tamis/policies/top_p.hpp>

using namespace tamis;

TEST_CASE("simd, team and the reference agree, on the tokens recorded: top p") {
  CHECK(agree::tokens_of(Sampler{TopP{0.95f}}) == 0x67a39e1bu);
}
