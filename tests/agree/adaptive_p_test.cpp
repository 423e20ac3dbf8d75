#include "agree.hpp"

#include <tamis/policies/adaptive_p.hpp>
#include <tamis/policies/min_p.hpp>

using namespace tamis;

TEST_CASE("simd, team and the reference agree, on the tokens recorded: adaptive-p") {
  CHECK(agree::tokens_of(Sampler{MinP{0.01f}, AdaptiveP{0.3f, 0.9f, 0.1f}}) == 0x5138ab78u);
}

TEST_CASE("What AdaptiveP has learned is the same on simd and on team, bit for bit") {
  Sampler one{MinP{0.001f}, AdaptiveP{0.1f, 0.8f}}, other = one;
  for (std::uint64_t step = 0; step < 60; ++step) {
    const agree::Case c(testing::RowKind::normal, step, 3000);
    team::Shared shared;
    team::RowOf team_row(team::Solo{}, shared, c.logits.data(), 3000, c.stream, c.facts());
    simd::RowOf simd_row(c.logits, c.stream, c.facts());
    REQUIRE(agree::same(one(team_row), other(simd_row)));
  }
}
