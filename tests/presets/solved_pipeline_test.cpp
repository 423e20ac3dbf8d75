#include <cmath>
#include <numeric>
#include <tamis/presets/any_sampler.hpp>
#include <tamis/presets/solved_pipeline.hpp>
#include <tamis/testing/conform.hpp>
#include <tamis/testing/rows.hpp>

#include "catch.hpp"
#include "team_row.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

static Pipeline pipeline_of(const std::vector<AnyPolicy>& policies) {
  std::vector<Pipeline::Step> steps;
  for (const AnyPolicy& policy : policies)
    steps.push_back({"step", [policy](Sequence&) { return policy; }});
  return Pipeline(std::move(steps));
}

static Result<SolvedPipeline> solve(const Pipeline& pipeline, std::span<const float> row) {
  const auto on = [](const Pipeline& p, std::span<const float> z, std::span<const TokenId> prompt,
                     std::span<const TokenId> generated, std::uint64_t seed) {
    return p.distribution(z, prompt, generated, seed, team_row());
  };
  return SolvedPipeline::of(pipeline, row, {}, {}, on);
}

TEST_CASE("A solved pipeline draws the tokens that a sampler of the same policies draws") {
  const std::vector<std::vector<AnyPolicy>> chains = {
      {},
      {Temperature{0.7f}, TopK{40}, TopP{0.9f}},
      {Xtc{0.05f, 0.5f}},
      {TopK{30}, Xtc{0.05f, 0.5f}, Temperature{1.5f}, Xtc{0.02f, 0.3f}},
      {MinP{0.1f}, TypicalP{0.8f}, Greedy{}}};
  const auto row = make_row(RowKind::normal, 5, 300);
  for (const auto& chain : chains) {
    AnySampler sampler(chain);
    const auto solved = solve(pipeline_of(chain), row);
    REQUIRE(solved);
    int differ = 0;
    for (std::uint64_t position = 0; position < 500; ++position) {
      const Stream stream{9, position};
      differ += solved->draw(stream, team_row()) != sampler(row, stream, {}, team_row()).token;
    }
    CHECK(differ == 0);
  }
}

TEST_CASE("The probabilities of a solved pipeline are over the coins of XTC too") {
  const std::vector<float> row = {std::log(0.5f), std::log(0.3f), std::log(0.2f)};
  // With both excluded but the least likely of those above 0.25, tokens 1 and 2 are left: 3/5, 2/5.
  const auto solved = solve(pipeline_of({Xtc{0.25f, 0.25f}}), row);
  REQUIRE(solved);
  const auto p = solved->probabilities();
  CHECK(p[0] == Approx(0.75 * 0.5));
  CHECK(p[1] == Approx(0.75 * 0.3 + 0.25 * 0.6));
  CHECK(p[2] == Approx(0.75 * 0.2 + 0.25 * 0.4));

  DrawCounts drawn(3);
  for (std::uint64_t i = 0; i < 20000; ++i) drawn.add(solved->draw(Stream{3, i}, team_row()));
  CHECK(conform(p, drawn).passed());
}

TEST_CASE("The probabilities of a solved pipeline add up to one, and are zero where it cut") {
  const auto row = make_row(RowKind::normal, 6, 1000);
  const auto solved = solve(pipeline_of({TopK{7}}), row);
  REQUIRE(solved);
  const auto p = solved->probabilities();
  CHECK(p.size() == 1000);
  CHECK(std::accumulate(p.begin(), p.end(), 0.0) == Approx(1));
  CHECK(std::count_if(p.begin(), p.end(), [](double x) { return x > 0; }) == 7);
}

TEST_CASE("A row without a token to draw, and a pipeline with too many coins, are refused") {
  const auto nan = solve(Pipeline(), make_row(RowKind::one_nan, 1, 33));
  REQUIRE_FALSE(nan);
  CHECK(nan.error().message == sentence_of(Fault::invalid_logit));
  const auto none = solve(Pipeline(), make_row(RowKind::all_masked, 1, 33));
  REQUIRE_FALSE(none);
  CHECK(none.error().message == sentence_of(Fault::all_masked));
  const auto coins =
      solve(pipeline_of(std::vector<AnyPolicy>(5, Xtc{0.1f, 0.5f})), std::vector{1.f});
  REQUIRE_FALSE(coins);
  CHECK(coins.error().message == "the pipeline has 5 steps of XTC; it may have 4");
}
