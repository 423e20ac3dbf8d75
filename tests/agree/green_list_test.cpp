#include "agree.hpp"

#include <tamis/policies/green_list.hpp>
#include <tamis/policies/gumbel_max.hpp>
#include <tamis/policies/top_k.hpp>

using namespace tamis;

TEST_CASE("simd, team and the reference agree, on the tokens recorded: green list") {
  CHECK(agree::tokens_of(Sampler{GreenList{0.5f, 1.0f}, TopK{40}}) == 0xbe09ac8fu);
}

TEST_CASE("A watermark draws the same tokens on simd and on team") {
  Sampler sampler{TopK{40}, GumbelMax{}};
  for (std::uint64_t step = 0; step < 40; ++step) {
    const agree::Case c(testing::RowKind::normal, step, 3000);
    const Stream marked{.seed = step, .position = step, .mark = 1 + step};
    team::Shared shared;
    team::RowOf team_row(team::Solo{}, shared, c.logits.data(), 3000, marked, c.facts());
    simd::RowOf simd_row(c.logits, marked, c.facts());
    REQUIRE(agree::same(sampler(team_row), sampler(simd_row)));
  }
}
