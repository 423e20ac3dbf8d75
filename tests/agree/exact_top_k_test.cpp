#include "agree.hpp"

#include <tamis/policies/top_k.hpp>

using namespace tamis;

TEST_CASE("simd, team and the reference agree, on the tokens recorded: exact top k") {
  CHECK(agree::tokens_of(Sampler{TopK{5, Ties::least_id}}) == 0x66d5d66du);
}
