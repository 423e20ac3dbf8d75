#include <tamis/testing/chi_squared.hpp>

#include "catch.hpp"
#include "samplers.hpp"

using namespace tamis;
using namespace tamis::testing;

static DrawCounts counted(std::vector<std::uint64_t> counts) {
  DrawCounts drawn;
  drawn.of_token = std::move(counts);
  return drawn;
}

TEST_CASE("chi_squared computes Pearson's statistic") {
  // The bin expected twice joins the next rarest. scipy 1.17.1: scipy.stats.chisquare([43, 52, 5],
  // [40, 50, 10])
  const std::vector<double> p{0.4, 0.5, 0.08, 0.02};
  const ChiSquaredReport report = chi_squared(p, counted({43, 52, 4, 1}), 0.01);
  CHECK(report.statistic == Approx(2.805).epsilon(1e-12));
  CHECK(report.degrees_of_freedom == 2);
  CHECK(report.p_value == Approx(0.2459812415054863).epsilon(1e-10));
  CHECK(report.draws == 100);
  CHECK(report.critical() == Approx(9.210340371976184).epsilon(1e-10));
  CHECK(report.passed());
  CHECK_FALSE(chi_squared(p, counted({60, 32, 6, 2}), 0.01).passed());
}

TEST_CASE("chi_squared fails a draw outside of the support, however well the rest fits") {
  const std::vector<double> p{0.5, 0.5, 0};
  CHECK(chi_squared(p, counted({500, 500, 0})).passed());
  const ChiSquaredReport report = chi_squared(p, counted({500, 500, 1}));
  CHECK(report.outside == 1);
  CHECK(report.p_value == 0);
  CHECK_FALSE(report.passed());
  const std::vector<TokenId> ids{0, 1, 7, -1};
  CHECK(chi_squared(p, DrawCounts(ids, 3)).outside == 2);
}

TEST_CASE("chi_squared says by its degrees of freedom that there was nothing to compare") {
  CHECK(chi_squared(std::vector<double>{0.5, 0.5}, DrawCounts(2)).degrees_of_freedom == 0);
  CHECK(chi_squared(std::vector<double>{1, 0}, counted({9000, 0})).degrees_of_freedom == 0);
  CHECK(chi_squared(std::vector<double>{1, 0}, counted({9000, 0})).passed());
  CHECK(chi_squared(std::vector<double>{}, DrawCounts()).passed());
}

TEST_CASE(
    "chi_squared alarms falsely as often as stated: 2000 runs at 0.01 for each of five "
    "distributions",
    "[slow]") {
  const auto bounds = samplers::expected_rejections(2000, 0.01);
  for (const auto& p : samplers::distributions()) {
    const samplers::Inverse sampler(p);
    int rejected = 0;
    for (int run = 0; run < 2000; ++run)
      rejected += !chi_squared(p, sampler.draw(1000 + run, 2000), 0.01).passed();
    CAPTURE(p.size(), rejected, bounds.least, bounds.most);
    CHECK(bounds.contains(rejected));
  }
}

TEST_CASE("chi_squared finds wrong distributions") {
  const auto z = samplers::logits(3, 100, 2);
  const auto right = samplers::softmax(z);
  const auto cut = samplers::top_p(right, 0.9);
  const auto kept = samplers::nucleus(right, 0.9);
  auto swapped = right;
  std::swap(swapped[10], swapped[11]);
  const auto finds = [](const auto& expected, const auto& wrong, int draws) {
    int found = 0;
    for (int run = 0; run < 100; ++run)
      found += !chi_squared(expected, samplers::Inverse(wrong).draw(run, draws), 1e-3).passed();
    return found;
  };
  CHECK(finds(right, samplers::softmax(z, 1.02), 200'000) >= 95);    // temperature off by 2 %
  CHECK(finds(cut, samplers::keep(right, kept - 1), 10'000) >= 95);  // top-p one token short
  CHECK(finds(cut, samplers::keep(right, kept + 1), 10'000) >= 95);  // top-p one token long
  CHECK(finds(right, swapped, 50'000) >= 95);                        // two tokens permuted
  CHECK(finds(right, right, 50'000) <= 2);
}
