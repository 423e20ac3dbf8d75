#include "agree.hpp"

#include <tamis/policies/frequency_penalty.hpp>
#include <tamis/policies/min_p.hpp>
#include <tamis/policies/push.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_p.hpp>

using namespace tamis;

TEST_CASE("simd, team and the reference agree, on the tokens recorded: default chain") {
  CHECK(agree::tokens_of(Sampler{RepetitionPenalty{1.2f}, FrequencyPenalty{0.3f}, Push{}, TopK{40},
                                 TopP{0.95f}, MinP{0.05f}, Temperature{0.8f}}) == 0x16b6b01bu);
}
