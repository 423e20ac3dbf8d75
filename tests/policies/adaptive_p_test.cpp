#include <tamis/policies/adaptive_p.hpp>
#include <tamis/policies/min_p.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/presets/any_sampler.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;

/// What llama.cpp's formula makes of a probability.
static double logit_of(double p, double aim) {
  const double d = std::abs(p - aim) / 0.3;
  return 5 - 10 * d * d / (1 + d);
}

static Choice draw(auto& sampler, std::span<const float> row, std::uint64_t position) {
  team::Shared shared;
  team::RowOf executor(team::Solo{}, shared, row.data(), static_cast<int>(row.size()),
                       Stream{1, position});
  return sampler(executor);
}

TEST_CASE("AdaptiveP gives the greatest logit to the probability nearest to the target") {
  const auto left = after(logits_of({0.5f, 0.3f, 0.15f, 0.05f}), AdaptiveP{0.3f});
  CHECK(left[0] == Approx(7.0 / 3).epsilon(1e-5));  // d = 2/3: 5 - 10 (4/9) / (5/3)
  CHECK(left[1] == Approx(5).epsilon(1e-5));
  CHECK(left[2] == Approx(10.0 / 3).epsilon(1e-5));  // d = 1/2: 5 - 10 (1/4) / (3/2)
  CHECK(left[3] == Approx(logit_of(0.05, 0.3)).epsilon(1e-5));
}

TEST_CASE("AdaptiveP aims as far below the target as the average is above it") {
  const std::vector<double> p = {0.5, 0.3, 0.15, 0.05};
  const auto row = logits_of({0.5f, 0.3f, 0.15f, 0.05f});
  for (const float excess : {-0.2f, 0.1f, 0.45f, -0.8f}) {  // the last two reach the ends
    const double aim = std::clamp(0.4 - static_cast<double>(excess), 0.0, 1.0);
    const auto left = after(row, AdaptiveP{0.4f, 0.9f, excess});
    for (std::size_t i = 0; i < p.size(); ++i)
      CHECK(left[i] == Approx(logit_of(p[i], aim)).margin(2e-5));
  }
}

TEST_CASE("AdaptiveP learns the probability that the token had before, as llama.cpp does") {
  const auto row = logits_of({0.45f, 0.25f, 0.2f, 0.06f, 0.04f});
  const MinP truncation{0.1f};  // the last goes, and the others are scaled
  const std::vector<double> p = {0.45 / 0.96, 0.25 / 0.96, 0.2 / 0.96, 0.06 / 0.96};
  Sampler sampler{truncation, AdaptiveP{0.3f, 0.8f}};
  double sum = 0.3 / (1 - 0.8), weight = 1 / (1 - 0.8);  // their state, as they begin
  for (std::uint64_t position = 0; position < 200; ++position) {
    const double aim = std::clamp(2 * 0.3 - sum / weight, 0.0, 1.0);
    const Choice choice = draw(sampler, row, position);
    REQUIRE(choice.token < 4);
    const auto drawn = static_cast<std::size_t>(choice.token);
    REQUIRE(choice.logit == Approx(logit_of(p[drawn], aim)).margin(1e-4));
    sum = p[drawn] + 0.8 * sum;
    weight = 1 + 0.8 * weight;
  }
}

TEST_CASE("AdaptiveP in a sampler steers the probability of what is drawn to the target") {
  const auto row = logits_of({0.4f, 0.2f, 0.15f, 0.1f, 0.08f, 0.05f, 0.02f});
  const std::vector<double> p = {0.4, 0.2, 0.15, 0.1, 0.08, 0.05, 0.02};
  for (const float target : {0.15f, 0.3f}) {  // drawn plainly, it is 0.24 on average
    Sampler sampler{AdaptiveP{target}};
    double sum = 0;
    for (std::uint64_t position = 0; position < 4000; ++position)
      sum += p[static_cast<std::size_t>(draw(sampler, row, position).token)];
    CHECK(sum / 4000 == Approx(target).margin(0.03));
  }
}

TEST_CASE("AdaptiveP learns the same in a sampler that is chosen at run time") {
  const auto row = make_row(RowKind::normal, 5, 130);
  Sampler composed{Temperature{0.7f}, MinP{0.02f}, AdaptiveP{0.2f}};
  AnySampler chosen({Temperature{0.7f}, MinP{0.02f}, AdaptiveP{0.2f}});
  team::Shared shared;
  const auto make = [&](std::span<const float> logits, Stream stream, Facts facts) {
    return team::RowOf(team::Solo{}, shared, logits.data(), static_cast<int>(logits.size()), stream,
                       facts);
  };
  for (std::uint64_t position = 0; position < 100; ++position) {
    const Choice one = draw(composed, row, position),
                 other = chosen(row, Stream{1, position}, {}, make);
    REQUIRE((one.token == other.token && one.logit == other.logit));
  }
}

TEST_CASE("AdaptiveP obeys the laws of a transform, but for that of order") {
  for (const float target : {-1.0f, 0.0f, 0.4f, 1.0f}) {
    const AdaptiveP policy{target};
    for_each_row(3, 1000, [&](RowKind kind, const std::vector<float>& row) {
      CAPTURE(target, name_of(kind), row.size());
      CHECK(masked_stay_masked(policy, row));
      CHECK(idle_is_idle(policy, row) == 0);
      CHECK(names_do_not_matter(policy, row) == 0);
    });
  }
}

static_assert(AdaptiveP{-1.0f}.idle() && !AdaptiveP{}.idle() && !AdaptiveP{0.0f}.idle());
static_assert(Transform<AdaptiveP> && HasRowLogit<AdaptiveP> && LooksBack<AdaptiveP> &&
              kinds_of<AdaptiveP> == 1);
static_assert(std::is_trivially_copyable_v<AdaptiveP> && sizeof(AdaptiveP) == 3 * sizeof(float));
