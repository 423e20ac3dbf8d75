#include <tamis/testing/total_variation.hpp>

#include "catch.hpp"
#include "samplers.hpp"

using namespace tamis;
using namespace tamis::testing;

static double distance(const samplers::Row& p, const samplers::Row& q) {
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += std::abs(p[i] - q[i]) / 2;
  return sum;
}

TEST_CASE("total_variation is half the sum of the deviations") {
  DrawCounts drawn;
  drawn.of_token = {6, 3, 1};
  CHECK(total_variation(std::vector<double>{0.5, 0.3, 0.2}, drawn).distance == Approx(0.1));
  drawn.of_token = {5, 3, 2};
  CHECK(total_variation(std::vector<double>{0.5, 0.3, 0.2}, drawn).distance < 1e-15);
  CHECK(total_variation(std::vector<double>{5, 3, 2}, drawn).distance < 1e-15);
  drawn.of_token = {5, 3, 0};
  drawn.strays = 2;
  const TotalVariationReport report = total_variation(std::vector<double>{0.5, 0.3, 0.2}, drawn);
  CHECK(report.distance == Approx(0.2));
  CHECK(report.outside == 2);
  CHECK_FALSE(report.passed());
  CHECK(total_variation(std::vector<double>{1}, DrawCounts(1)).passed());
}

TEST_CASE("total_variation knows what distance chance alone makes") {
  for (const auto& p : samplers::distributions()) {
    const samplers::Inverse sampler(p);
    double mean = 0, expected = 0;
    for (int run = 0; run < 500; ++run) {
      const TotalVariationReport report = total_variation(p, sampler.draw(run, 1000));
      mean += report.distance / 500;
      expected = report.expected;
    }
    CHECK(mean == Approx(expected).epsilon(0.02));
  }
}

TEST_CASE("total_variation alarms falsely at most as often as stated: 2000 runs at 0.01",
          "[slow]") {
  const auto bounds = samplers::expected_rejections(2000, 0.01);
  for (const auto& p : samplers::distributions()) {
    const samplers::Inverse sampler(p);
    int rejected = 0;
    for (int run = 0; run < 2000; ++run)
      rejected += !total_variation(p, sampler.draw(9000 + run, 1000), 0.01).passed();
    CAPTURE(p.size(), rejected);
    CHECK(rejected <= bounds.most);
  }
}

TEST_CASE("The bounds of total_variation hold for wrong samplers too, with the confidence stated") {
  const auto z = samplers::logits(3, 100, 2);
  const auto right = samplers::softmax(z);
  const auto bounds = samplers::expected_rejections(1000, 0.05);
  for (const double temperature : {1.0, 1.05, 1.5, 4.0}) {
    const auto wrong = samplers::softmax(z, temperature);
    const double truth = distance(right, wrong);
    const samplers::Inverse sampler(wrong);
    int below = 0, above = 0;
    for (int run = 0; run < 1000; ++run) {
      const TotalVariationReport report = total_variation(right, sampler.draw(run, 5000), 0.05);
      below += truth < report.at_least;
      above += truth > report.at_most;
    }
    CAPTURE(temperature, truth, below, above);
    CHECK(below <= bounds.most);
    CHECK(above <= bounds.most);
  }
  const TotalVariationReport gross =
      total_variation(right, samplers::Inverse(samplers::softmax(z, 4)).draw(1, 100'000));
  CHECK(gross.at_least > 0.4);
  CHECK(gross.at_most < 0.6);
}

TEST_CASE("total_variation finds wrong distributions, given more draws than chi_squared") {
  const auto z = samplers::logits(3, 100, 2);
  const auto right = samplers::softmax(z);
  const auto kept = samplers::nucleus(right, 0.9);
  const auto finds = [](const auto& expected, const auto& wrong, int draws) {
    int found = 0;
    for (int run = 0; run < 20; ++run)
      found += !total_variation(expected, samplers::Inverse(wrong).draw(run, draws), 1e-3).passed();
    return found;
  };
  CHECK(finds(right, samplers::softmax(z, 1.02), 1'000'000) >= 19);  // temperature off by 2 %
  CHECK(finds(samplers::keep(right, kept), samplers::keep(right, kept - 1), 400'000) >=
        19);  // top-p one token short
  CHECK(finds(right, right, 400'000) == 0);
}
