#include "agree.hpp"

#include <tamis/policies/dynamic_temperature.hpp>
#include <tamis/policies/mirostat.hpp>
#include <tamis/policies/top_h.hpp>

using namespace tamis;

TEST_CASE("simd, team and the reference agree, on the tokens recorded: dynamic") {
  CHECK(agree::tokens_of(Sampler{DynamicTemperature{0.5f, 1.5f, 0.9f}, TopH{0.4f}, Mirostat{}}) ==
        0x927bf942u);
}
