#include <tamis/testing/g_test.hpp>

#include "catch.hpp"
#include "samplers.hpp"

using namespace tamis;
using namespace tamis::testing;

TEST_CASE("g_test computes the likelihood ratio, corrected as Williams does") {
  DrawCounts drawn;
  drawn.of_token = {43, 52, 5};
  const std::vector<double> p{0.4, 0.5, 0.1};
  const GTestReport report = g_test(p, drawn, 0.01);
  // scipy 1.17.1: scipy.stats.power_divergence([43, 52, 5], [40, 50, 10],
  // lambda_="log-likelihood"), divided by 1 + (1/0.4 + 1/0.5 + 1/0.1 - 1) / (6 * 100 * 2);
  // chi2.sf(that, 2)
  CHECK(report.statistic == Approx(3.3296012441924843).epsilon(1e-10));
  CHECK(report.degrees_of_freedom == 2);
  CHECK(report.p_value == Approx(0.1892283821793418).epsilon(1e-10));
  CHECK(report.passed());
}

TEST_CASE(
    "g_test takes empty bins, fails draws outside of the support, and passes nothing at all") {
  DrawCounts drawn;
  drawn.of_token = {100, 0, 0};
  CHECK(g_test(std::vector<double>{0.5, 0.5, 0}, drawn).statistic > 130);  // 200 ln 2 = 138.6
  drawn.of_token = {50, 50, 1};
  CHECK(g_test(std::vector<double>{0.5, 0.5, 0}, drawn).p_value == 0);
  CHECK(g_test(std::vector<double>{0.5, 0.5, 0}, DrawCounts(3)).passed());
}

TEST_CASE(
    "g_test alarms falsely as often as stated: 2000 runs at 0.01 for each of five distributions",
    "[slow]") {
  const auto bounds = samplers::expected_rejections(2000, 0.01);
  for (const auto& p : samplers::distributions()) {
    const samplers::Inverse sampler(p);
    int rejected = 0;
    for (int run = 0; run < 2000; ++run)
      rejected += !g_test(p, sampler.draw(5000 + run, 2000), 0.01).passed();
    CAPTURE(p.size(), rejected, bounds.least, bounds.most);
    CHECK(bounds.contains(rejected));
  }
}

TEST_CASE("g_test finds wrong distributions") {
  const auto z = samplers::logits(3, 100, 2);
  const auto right = samplers::softmax(z);
  const auto cut = samplers::top_p(right, 0.9);
  const auto kept = samplers::nucleus(right, 0.9);
  const auto finds = [](const auto& expected, const auto& wrong, int draws) {
    int found = 0;
    for (int run = 0; run < 100; ++run)
      found += !g_test(expected, samplers::Inverse(wrong).draw(run, draws), 1e-3).passed();
    return found;
  };
  CHECK(finds(right, samplers::softmax(z, 1.02), 200'000) >= 95);    // temperature off by 2 %
  CHECK(finds(cut, samplers::keep(right, kept - 1), 10'000) >= 95);  // top-p one token short
  CHECK(finds(cut, samplers::keep(right, kept + 1), 10'000) >= 95);  // top-p one token long
  CHECK(finds(right, right, 50'000) <= 2);
}
