#include <tamis/testing/chi_squared.hpp>
#include <tamis/testing/rare_token_test.hpp>
#include <tamis/testing/rows.hpp>

#include "catch.hpp"
#include "samplers.hpp"

using namespace tamis;
using namespace tamis::testing;

/// Probabilities of a row of 2^17 tokens with 2^-25 of the mass each, but for the last, which has
/// the rest.
static samplers::Row long_tail() {
  const auto row = make_row(RowKind::long_tail, 0, std::size_t{1} << 17);
  return samplers::softmax(samplers::Row(row.begin(), row.end()));
}

TEST_CASE("rare_token_test counts rare draws and how many of them came back") {
  std::vector<double> p(1001, 1e-6);
  p[1000] = 1 - 1e-3;
  DrawCounts drawn(1001);
  drawn.of_token[1000] = 9'990;
  drawn.of_token[3] = 3;
  drawn.of_token[4] = 7;
  const RareTokenReport report = rare_token_test(p, drawn);
  CHECK(report.draws == 10);
  CHECK(report.collisions == 8);
  CHECK(report.expected_draws == Approx(10));
  // python: 10 - 1000 * (1 - (1 - 1/1000)**10)
  CHECK(report.expected_collisions == Approx(0.04488020979).epsilon(1e-6));
  CHECK_FALSE(report.passed());
  CHECK(rare_token_test(p, DrawCounts(1001)).passed());
  CHECK(rare_token_test({}, DrawCounts()).passed());
}

TEST_CASE("rare_token_test alarms falsely at most as often as stated: 2000 runs at 0.01",
          "[slow]") {
  const auto bounds = samplers::expected_rejections(2000, 0.01);
  samplers::Row skewed = samplers::softmax(samplers::logits(8, 20'000, 1));
  skewed[77] += 4;
  samplers::Row even(5'000, 1e-4);
  even[0] = 0.5001;
  for (const auto& [p, draws] : {std::pair(skewed, 4'000), std::pair(even, 2'000)}) {
    const samplers::Inverse sampler(p);
    int rejected = 0;
    double expected = 0, collisions = 0;
    for (int run = 0; run < 2000; ++run) {
      const RareTokenReport report = rare_token_test(p, sampler.draw(run, draws), 0.01);
      rejected += !report.passed();
      expected += report.expected_collisions;
      collisions += static_cast<double>(report.collisions);
    }
    CAPTURE(rejected, expected / 2000);
    CHECK(rejected <= bounds.most);
    CHECK(collisions == Approx(expected).epsilon(0.02));  // the mean is exact
  }
}

TEST_CASE(
    "rare_token_test finds noise of 24 bits, which no pooled test can see, with a million draws") {
  const auto p = long_tail();
  const samplers::Inverse sampler(p);
  const auto draw = [&](int bits, std::uint64_t seed) {
    samplers::Random random{seed};
    DrawCounts drawn(p.size());
    const double step = std::ldexp(1.0, -bits);
    for (int i = 0; i < 1'000'000; ++i)
      drawn.add(sampler.at((static_cast<double>(random.bits() >> (64 - bits)) + 0.5) * step));
    return drawn;
  };
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const DrawCounts coarse = draw(24, seed), fine = draw(53, seed);
    CHECK_FALSE(rare_token_test(p, coarse, 1e-6).passed());
    CHECK(chi_squared(p, coarse, 1e-6).passed());
    CHECK(rare_token_test(p, fine, 0.01).passed());
  }
}
