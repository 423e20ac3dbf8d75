#include <tamis/backends/aten/lanes.hpp>

#include <ATen/ops/empty.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <tamis/core/number.hpp>
#include <tamis/core/philox.hpp>
#include <vector>

#include "backends/aten/batch.hpp"

using namespace tamis;
using aten::Lanes;

namespace {

/// Floats of every size and sign, and between `low` and `high`.
std::vector<float> floats(float low, float high) {
  std::vector<float> all = {0.0f, -0.0f, 1.0f, -1.0f, 1e-30f, 3.4e38f, -3.4e38f, 1e-45f, low, high};
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const auto bits = philox(1, 2, i);
    const float any = std::bit_cast<float>(bits.word[0]);
    if (std::isfinite(any)) all.push_back(any);
    all.push_back(low + (high - low) * static_cast<float>(bits.word[1]) * 0x1p-32f);
  }
  return all;
}

Lanes lanes_of(const std::vector<float>& v, at::Device device) {
  at::Tensor t = at::empty({1, static_cast<std::int64_t>(v.size())}, at::kFloat);
  std::copy(v.begin(), v.end(), t.mutable_data_ptr<float>());
  return Lanes(t.to(device));
}

/// On how many numbers f of tensors and f of Numbers differ in a bit; NaN is NaN.
int differences(const std::vector<float>& v, auto&& f) {
  int differ = 0;
  for (const at::Device device : batches::devices()) {
    const at::Tensor got = f(lanes_of(v, device)).t.cpu().contiguous();
    for (std::size_t i = 0; i < v.size(); ++i) {
      const float a = got.const_data_ptr<float>()[i], b = f(Number(v[i])).value;
      differ += std::bit_cast<std::uint32_t>(a) != std::bit_cast<std::uint32_t>(b) && !(std::isnan(a) && std::isnan(b));
    }
  }
  return differ;
}

}  // namespace

TEST_CASE("exp, log, sqrt and the operators on tensors have the bits that they have on numbers") {
  const auto wide = floats(-100, 100), positive = floats(0, 1000), down = floats(-60, 0);
  CHECK(differences(wide, [](const auto& x) { return tamis::exp(x); }) == 0);
  CHECK(differences(positive, [](const auto& x) { return tamis::log(abs(x)); }) == 0);
  CHECK(differences(positive, [](const auto& x) { return tamis::sqrt(abs(x)); }) == 0);
  CHECK(differences(down, [](const auto& x) { return tamis::exp_down(0.0f - abs(x)); }) == 0);
  CHECK(differences(wide, [](const auto& x) { return 3.0f / x + x / 7.0f - (x - 1.0f) * (2.5f - x); }) == 0);
  CHECK(differences(wide, [](const auto& x) { return select((x > 1.0f) & !(x >= 50.0f), x * 0.1f, -x); }) == 0);
  CHECK(differences(wide, [](const auto& x) { return select((x < -1.0f) | (x == 1.0f), 7.0f, 8.0f + x); }) == 0);
  CHECK(differences(wide, [](const auto& x) {
    using Real = std::remove_cvref_t<decltype(x)>;
    return tamis::max(x * x, Real(2.0f)) + tamis::min(x, Real(0.5f));
  }) == 0);
}

TEST_CASE("What is not a number, and what is infinite, goes through max and min as on numbers") {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> odd = {std::nanf(""), infinity, -infinity, 1.0f};
  CHECK(differences(odd, [](const auto& x) {
    using Real = std::remove_cvref_t<decltype(x)>;
    return tamis::max(x, Real(masked));
  }) == 0);
  CHECK(differences(odd, [](const auto& x) {
    using Real = std::remove_cvref_t<decltype(x)>;
    return tamis::min(tamis::max(x, Real(masked)), Real(greatest));
  }) == 0);
  CHECK(differences(odd, [](const auto& x) { return tamis::exp_down(x - 2.0f * x); }) == 0);
}

TEST_CASE("A number for all rows stays a number until it meets a tensor") {
  const Lanes two = 2.0f, three = tamis::exp(tamis::log(Lanes(3.0f))) * two / two;
  CHECK(three.is_one());
  CHECK(std::abs(three.x - 3.0f) < 1e-6f);
  CHECK(!select(aten::Mask(true) & (two < 3.0f), two, three).t.defined());
}
