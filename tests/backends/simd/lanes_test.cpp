// The registers of each width against plain floats: they are one arithmetic, to the bit.
#define TAMIS_EVERY_WIDTH
#include <tamis/backends/simd/lanes.hpp>

#include <bit>
#include <cmath>
#include <tamis/backends/simd/dispatch.hpp>
#include <tamis/backends/simd/fixed_sum.hpp>
#include <tamis/testing/rows.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;

namespace {

/// Runs a kernel at each width that this machine has.
void at_every_width(const auto& kernel) {
  const int widest = simd::widest();
  for (const int width : {4, 8, 16}) {
    if (width > widest) break;
    simd::width = width;
    simd::on_best(kernel);
  }
  simd::width = widest;
}

bool same_bits(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

}  // namespace

TEST_CASE("Registers compute what Numbers compute") {
  const auto x = testing::make_row(testing::RowKind::normal_wide, 1, 1600);
  const auto y = testing::make_row(testing::RowKind::normal, 2, 1600);
  int differ = 0, compared = 0;
  at_every_width([&]<int W>() {
    for (std::size_t i = 0; i + W <= x.size(); i += W) {
      const auto a = simd::Lanes<W>::load(&x[i]), b = simd::Lanes<W>::load(&y[i]);
      const auto sum = a * b + a, quotient = a / b, weight = lane_exp_down(a), e = lane_exp(a),
                 l = lane_log(a * a);
      const auto greater = select((a > b) & !(a < 0.0f), a, b), most = lane_max(a, b),
                 least = lane_min(a, b);
      for (int j = 0; j < W; ++j, ++compared) {
        const Number p(x[i + static_cast<std::size_t>(j)]), q(y[i + static_cast<std::size_t>(j)]);
        differ += !same_bits(sum[j], (p * q + p).value) || !same_bits(quotient[j], (p / q).value) ||
                  !same_bits(weight[j], exp_down(p).value) || !same_bits(e[j], exp(p).value) ||
                  !same_bits(l[j], log(p * p).value) || !same_bits(most[j], max(p, q).value) ||
                  !same_bits(least[j], min(p, q).value) ||
                  !same_bits(greater[j], select((p > q) & !(p < 0.0f), p, q).value);
      }
    }
  });
  CHECK(differ == 0);
  CHECK(compared >= 1600);
}

TEST_CASE("A sum of registers is the sum of their weights") {
  std::vector<float> weights(512);
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights[i] = std::exp(-static_cast<float>(i) / 20.0f);
  Fixed want = 0;
  for (const float w : weights) want += to_fixed(w);
  at_every_width([&]<int W>() {
    simd::FixedSum<W> sum;
    for (std::size_t i = 0; i < weights.size(); i += W) sum.add(simd::Lanes<W>::load(&weights[i]));
    CHECK(sum.value() == want);
  });
}

TEST_CASE("compress puts the lanes that are wanted side by side") {
  at_every_width([&]<int W>() {
    float from[W], to[2 * W] = {}, same[2 * W] = {};
    for (int i = 0; i < W; ++i) from[i] = static_cast<float>(i);
    const auto a = simd::Lanes<W>::load(from);
    simd::compress(a, a, 0b1010u, to, same);
    CHECK(to[0] == 1.0f);
    CHECK(to[1] == 3.0f);
    CHECK(same[1] == 3.0f);
  });
}
