#include <tamis/core/row.hpp>

#include <cmath>
#include <random>
#include <vector>

#include "catch.hpp"

using namespace tamis;

namespace {

/// What a backend does to make a row.
Row survey(const std::vector<float>& z) {
  float top = masked, bottom = greatest;
  for (const float x : z)
    if (x > masked) top = std::max(top, x), bottom = std::min(bottom, x);
  Row row(top, bottom, 0.25f);
  Row::Sums sums;
  for (const float x : z) {
    if (x == masked) continue;
    const Number w = row.weight(Number(x)), d = row.spread(Number(x));
    sums.total += to_fixed(w.value), sums.heat += to_fixed(row.heat(Number(x), w).value);
    const std::uint64_t steps = to_steps(d.value);
    sums.first += steps, sums.second += steps * steps, ++sums.live;
  }
  row.complete(sums);
  return row;
}

}  // namespace

TEST_CASE("A row knows its maximum, its sum, its entropy and its deviation") {
  const Row row =
      survey({std::log(0.5f), std::log(0.25f), std::log(0.125f), std::log(0.125f), masked});
  CHECK(row.max().value == Approx(std::log(0.5)));
  CHECK(row.log_sum().value == Approx(0).margin(1e-6));
  CHECK(row.entropy().value == Approx(1.75 * std::log(2.0)));  // 1.75 bits
  CHECK(row.surprise(Number(std::log(0.125f))).value == Approx(3 * std::log(2.0)));
  CHECK(row.log_live().value == Approx(std::log(4.0)));
  CHECK(row.coin().value == 0.25f);
}

TEST_CASE("The deviation is that of the unmasked logits, over any range") {
  std::mt19937 random(4);
  for (const float scale : {1e-37f, 1e-6f, 0.1f, 3.0f, 1e6f, 1e30f}) {
    std::vector<float> z(500);
    double mean = 0, square = 0;
    for (float& x : z)
      x = scale * (static_cast<float>(random()) / 4294967296.0f - 0.3f), mean += x / 500.0;
    for (const float x : z) square += (x - mean) * (x - mean) / 500.0;
    z.push_back(masked);
    CHECK(survey(z).deviation().value == Approx(std::sqrt(square)).epsilon(1e-4));
  }
}

TEST_CASE("What has no weight has no heat, however far it is") {
  const Row row = survey({0.0f, -1e30f, -1e38f});
  CHECK(row.entropy().value == 0.0f);
  CHECK(row.log_sum().value == 0.0f);
}

TEST_CASE("Surprise is as exact for great logits and for a token that is nearly certain") {
  const Row far = survey({10000.0f, 10000.5f});  // a float has 1e-3 for its last place there
  const double log_sum = 10000.5 + std::log1p(std::exp(-0.5));
  CHECK(far.surprise(Number(10000.5f)).value == Approx(log_sum - 10000.5).epsilon(1e-6));
  CHECK(far.surprise(Number(10000.0f)).value == Approx(log_sum - 10000).epsilon(1e-6));
  for (const float gap : {0.0f, 0.1f, 1.0f, 5.0f, 12.0f}) {
    const Row peaked = survey({20.0f, 20 - gap});
    CHECK(peaked.surprise(Number(20.0f)).value == Approx(std::log1p(std::exp(-gap))).epsilon(1e-6));
  }
}
