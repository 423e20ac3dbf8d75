#include <tamis/testing/sequential_test.hpp>

#include "catch.hpp"
#include "samplers.hpp"

using namespace tamis;
using namespace tamis::testing;

TEST_CASE("The stake of a SequentialTest is the likelihood ratio of its mixture") {
  // With p = (1/2, 1/2) and draws 0, 0, the stake on kappa is (k/2 + 0) / k / (1/2) * (k/2 + 1) /
  // (k + 1) / (1/2) = (k + 2) / (k + 1); the p-value is one over the mean of it over kappa = 10,
  // 100, ..., 10^7.
  double mean = 0;
  for (double kappa = 10; kappa < 2e7; kappa *= 10) mean += (kappa + 2) / (kappa + 1) / 7;
  SequentialTest test(std::vector<double>{1, 1});
  CHECK(test.add(0));
  CHECK(test.p_value() == Approx(1).epsilon(1e-12));
  CHECK(test.add(0));
  CHECK(test.p_value() == Approx(1 / mean).epsilon(1e-12));
  CHECK(test.draws() == 2);
}

TEST_CASE("A SequentialTest fails at once, and for good, when a token is drawn that cannot be") {
  SequentialTest test(std::vector<double>{0.5, 0.5, 0});
  CHECK(test.add(0));
  CHECK_FALSE(test.add(2));
  CHECK_FALSE(test.add(1));
  CHECK(test.p_value() == 0);
  CHECK_FALSE(SequentialTest(std::vector<double>{1}).add(-1));
  CHECK_FALSE(SequentialTest(std::vector<double>{1}).add(1));
}

TEST_CASE(
    "A SequentialTest that is looked at after each of 5000 draws alarms at most as often as "
    "stated: 2000 runs at 0.01",
    "[slow]") {
  const auto bounds = samplers::expected_rejections(2000, 0.01);
  for (const auto& p : {samplers::distributions()[2], samplers::distributions()[4]}) {
    const samplers::Inverse sampler(p);
    int rejected = 0;
    for (std::uint64_t run = 0; run < 2000; ++run) {
      samplers::Random random{run};
      const auto draw = [&](std::uint64_t) { return sampler.at(random.uniform()); };
      rejected += !sequential_test(p, draw, 5000, 0.01).passed();
    }
    CAPTURE(p.size(), rejected);
    CHECK(rejected <= bounds.most);
  }
}

TEST_CASE("A SequentialTest finds wrong distributions, the worse the sooner") {
  const auto z = samplers::logits(3, 100, 2);
  const auto right = samplers::softmax(z);
  const auto kept = samplers::nucleus(right, 0.9);
  const auto mean_draws = [](const auto& expected, const auto& wrong) {
    double sum = 0;
    for (std::uint64_t run = 0; run < 10; ++run) {
      samplers::Random random{run};
      const samplers::Inverse sampler(wrong);
      const auto draw = [&](std::uint64_t) { return sampler.at(random.uniform()); };
      const SequentialReport report = sequential_test(expected, draw, 1'000'000, 1e-3);
      CHECK_FALSE(report.passed());
      sum += static_cast<double>(report.draws) / 10;
    }
    return sum;
  };
  const double slightly = mean_draws(right, samplers::softmax(z, 1.02));
  const double badly = mean_draws(right, samplers::softmax(z, 1.2));
  const double grossly = mean_draws(right, samplers::softmax(z, 3));
  const double one_short = mean_draws(samplers::keep(right, kept), samplers::keep(right, kept - 1));
  const double one_long = mean_draws(samplers::keep(right, kept), samplers::keep(right, kept + 1));
  CAPTURE(slightly, badly, grossly, one_short, one_long);
  CHECK(slightly < 200'000);  // temperature off by 2 %
  CHECK(badly < 3'000);       // by 20 %
  CHECK(grossly < 100);       // three times too high
  CHECK(one_short < 20'000);  // top-p one token short
  CHECK(one_long < 1'000);    // top-p one token long: a draw outside of the support
}

TEST_CASE("sequential_test stops at the failure, or when the draws are up") {
  const std::vector<double> p{0.5, 0.5};
  std::uint64_t made = 0;
  const SequentialReport stuck = sequential_test(
      p, [&](std::uint64_t) { return ++made, TokenId{0}; }, 1000, 1e-3);
  CHECK_FALSE(stuck.passed());
  CHECK(stuck.draws == made);
  CHECK(made < 40);
  const SequentialReport fair = sequential_test(
      p, [](std::uint64_t i) { return static_cast<TokenId>(i % 2); }, 1000, 1e-3);
  CHECK(fair.passed());
  CHECK(fair.draws == 1000);
}
