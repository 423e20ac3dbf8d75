#include "agree.hpp"

#include <tamis/policies/typical_p.hpp>

using namespace tamis;

TEST_CASE("simd, team and the reference agree, on the tokens recorded: typical p") {
  CHECK(agree::tokens_of(Sampler{TypicalP{0.5f}}) == 0x8d940776u);
}
