#include <tamis/presets/explanation.hpp>

#include <cmath>
#include <tamis/testing/rows.hpp>

#include "catch.hpp"
#include "team_row.hpp"

using namespace tamis;

namespace {

Pipeline pipeline_of(const std::vector<std::pair<std::string, AnyPolicy>>& policies) {
  std::vector<Pipeline::Step> steps;
  for (const auto& [type, policy] : policies)
    steps.push_back({type, [policy = policy](Sequence&) { return policy; }});
  return Pipeline(std::move(steps));
}

Result<Explanation> explain_on_team(const Pipeline& pipeline, const std::vector<float>& logits,
                                    const ExplanationOptions& options = {}) {
  const auto on = [](const Pipeline& p, std::span<const float> z, std::span<const TokenId> prompt,
                     std::span<const TokenId> generated, std::uint64_t seed) {
    return p.distribution(z, prompt, generated, seed, testing::team_row());
  };
  return explain(pipeline, logits, std::vector<TokenId>{3}, {}, options, on);
}

float log_of(double p) { return static_cast<float>(std::log(p)); }

}  // namespace

TEST_CASE("Each policy says how many tokens it removed, and how much they weighed before it") {
  const std::vector<float> logits{log_of(0.1), log_of(0.4), log_of(0.2), log_of(0.25),
                                  log_of(0.05)};
  const auto made = explain_on_team(
      pipeline_of(
          {{"penalty", RepetitionPenalty{1.0f}}, {"top_k", TopK{4}}, {"top_p", TopP{0.5f}}}),
      logits, {.drawn = 3, .top = 2});
  REQUIRE(made);
  CHECK(made->kept == 5);
  REQUIRE(made->policies.size() == 3);
  CHECK_FALSE(made->policies[0].changes);
  CHECK(made->policies[0].removed == 0);
  CHECK(made->policies[1].changes);
  CHECK(made->policies[1].kept == 4);
  CHECK(made->policies[1].removed == 1);
  CHECK(made->policies[1].removed_mass == Approx(0.05));
  CHECK(made->policies[2].kept == 2);
  CHECK(made->policies[2].removed_mass == Approx(0.3 / 0.95));
  CHECK(made->policies[2].entropy < made->policies[1].entropy);
  CHECK(made->policies[1].entropy < made->entropy);
}

TEST_CASE("A token is followed through the policies, to the one that removes it") {
  const std::vector<float> logits{log_of(0.1), log_of(0.4), log_of(0.2), log_of(0.25),
                                  log_of(0.05)};
  const auto made = explain_on_team(
      pipeline_of({{"top_k", TopK{4}}, {"temperature", Temperature{0.5f}}, {"top_p", TopP{0.5f}}}),
      logits, {.drawn = 1, .top = 5});
  REQUIRE(made);
  REQUIRE(made->tokens.size() == 5);
  CHECK(made->rank == 1);
  const std::vector<TokenId> order{1, 3, 2, 0, 4};
  for (std::size_t i = 0; i < order.size(); ++i) CHECK(made->tokens[i].id == order[i]);
  CHECK(made->tokens[0].after() == 1);
  CHECK(made->tokens[0].removed_by == -1);
  CHECK(made->find(4)->removed_by == 0);
  CHECK(made->find(2)->removed_by == 2);
  CHECK(made->find(2)->probabilities.size() == 4);
  CHECK(made->find(2)->probabilities[1] == Approx(0.2 / 0.95));
  CHECK(made->find(2)->after() == 0);
  CHECK(made->find(7) == nullptr);
}

TEST_CASE("The token drawn is shown though it is not among the likeliest, with its rank") {
  const auto logits = testing::make_row(testing::RowKind::ascending, 1, 300);
  const auto made = explain_on_team(pipeline_of({{"temperature", Temperature{2.0f}}}), logits,
                                    {.drawn = 10, .top = 3});
  REQUIRE(made);
  CHECK(made->tokens.size() == 4);
  CHECK(made->rank == 290);
  CHECK(made->tokens.back().id == 10);
}

TEST_CASE("The coin of XTC falls as it did for the sampler that drew") {
  const std::vector<float> logits{2, 2, 1, -3};
  const auto pipeline = pipeline_of({{"xtc", Xtc{0.05f, 0.5f}}});
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const bool falls = Stream{seed, 1}.uniform(~0u, 7) < 0.5f;
    const auto made = explain_on_team(pipeline, logits, {.seed = seed, .place_of_xtc = 7});
    REQUIRE(made);
    CHECK((made->policies[0].removed > 0) == falls);
  }
}

TEST_CASE("What cannot be drawn from is an error that names the policy") {
  const std::vector<float> logits{0, 1, __builtin_nanf("")};
  CHECK(explain_on_team(Pipeline(), logits).error().message == sentence_of(Fault::invalid_logit));
  const Pipeline bans({{"bans", [](Sequence& s) -> AnyPolicy {
                          for (TokenId id = 0; id < 3; ++id) s.add_bias(id, masked);
                          return Temperature{1.0f};
                        }}});
  CHECK(explain_on_team(bans, {0, 1, 2}).error().message ==
        "after bans: " + std::string(sentence_of(Fault::all_masked)));
}
