#include "agree.hpp"

#include <tamis/policies/greedy.hpp>

using namespace tamis;

TEST_CASE("simd, team and the reference agree, on the tokens recorded: greedy") {
  CHECK(agree::tokens_of(Sampler{Greedy{}}) == 0xcc751bccu);
}
