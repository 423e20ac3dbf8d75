#include <tamis/testing/statistics.hpp>

#include <iostream>

#include "catch.hpp"

using namespace tamis;
using namespace tamis::testing;

/// Has what every report has: a p-value and a verdict at a stated rate, which agree.
template <class Report>
static bool is_report(const Report& report) {
  return report.p_value >= 0 && report.p_value <= 1 && report.false_alarm_rate >= 0 &&
         report.passed() == (report.p_value >= report.false_alarm_rate && report.p_value > 0);
}

TEST_CASE("Every test reports a p-value, and passes when that is not below its false-alarm rate") {
  const std::vector<double> p{0.25, 0.75};
  for (const std::uint64_t zeros : {250, 100, 0}) {
    DrawCounts drawn(2);
    drawn.of_token = {zeros, 1000 - zeros};
    CHECK(is_report(support_test(p, drawn)));
    CHECK(is_report(chi_squared(p, drawn)));
    CHECK(is_report(g_test(p, drawn)));
    CHECK(is_report(total_variation(p, drawn)));
    CHECK(is_report(rare_token_test(p, drawn)));
    CHECK(is_report(conform(p, drawn)));
    const auto draw = [&](std::uint64_t i) { return static_cast<TokenId>(i % 1000 >= zeros); };
    CHECK(is_report(sequential_test(p, draw, 1000)));
    CHECK(is_report(seed_independence([&](auto seed, auto) { return draw(seed * 7919); }, p)));
  }
  CHECK(is_report(batch_invariance([](auto all) { return std::vector<TokenId>(all.size()); }, {})));
}

TEST_CASE("Nothing drawn passes every test, and so does nothing to draw from") {
  for (const std::vector<double>& p :
       {std::vector<double>{0.25, 0.75}, std::vector<double>{}, std::vector<double>{0, 0}}) {
    const DrawCounts none(p.size());
    CHECK(conform(p, none).passed());
    CHECK(g_test(p, none).passed());
    CHECK(rare_token_test(p, none).passed());
    CHECK(sequential_test(
              p, [](auto) { return TokenId{0}; }, 0)
              .passed());
  }
}

TEST_CASE("The example of docs/metrics.md finds the token too many") {
  const auto their_sampler = [](std::uint64_t i) {
    return static_cast<TokenId>(i * 7919 % 1000 / 250);
  };
  // quote: conform
  const std::vector<double> probabilities{0.5, 0.3, 0.2, 0.0};  // what should be drawn from
  testing::DrawCounts drawn(probabilities.size());
  for (std::uint64_t i = 0; i < 100'000; ++i) drawn.add(their_sampler(i));

  const testing::ConformReport report = testing::conform(probabilities, drawn, 0.001);
  if (!report.passed()) std::cout << "this sampler is wrong, p = " << report.p_value << '\n';
  if (!report.support.passed()) std::cout << report.support.example << " cannot be drawn\n";
  std::cout << "it is off by " << report.total_variation.at_least << " at least\n";
  // quote end
  CHECK(report.support.example == 3);
  CHECK_FALSE(report.passed());
  CHECK(report.total_variation.distance == Approx(0.3).epsilon(1e-9));
}
