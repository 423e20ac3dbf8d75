#include <tamis/backends/simd/select_key.hpp>

#include <algorithm>
#include <tamis/testing/rows.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;

namespace {

/// By sorting.
float naive(std::vector<std::pair<float, float>> order, Fixed target) {
  std::ranges::stable_sort(order, std::ranges::greater{}, &std::pair<float, float>::first);
  Fixed sum = 0;
  for (const auto& [key, weight] : order)
    if ((sum += to_fixed(weight)) >= target) return key;
  return masked;
}

}  // namespace

TEST_CASE("select_key finds the key at which the weight is reached, as sorting does") {
  int differ = 0, unreachable = 0;
  for (const testing::RowKind kind : testing::row_kinds) {
    for (const std::size_t size : {1u, 5u, 300u, 5000u}) {
      std::vector<float> keys, weights;
      for (const float z : testing::make_row(kind, size, size))
        if (z > masked)
          keys.push_back(z), weights.push_back(1.0f / static_cast<float>(keys.size()));
      std::vector<std::pair<float, float>> order;
      Fixed total = 0;
      for (std::size_t i = 0; i < keys.size(); ++i)
        order.emplace_back(keys[i], weights[i]), total += to_fixed(weights[i]);
      const auto count = static_cast<int>(keys.size());
      keys.resize(keys.size() + 16, masked), weights.resize(weights.size() + 16, 0.0f);
      for (const Fixed target : {Fixed{1}, total / 3, total / 2, total - 1, total, total + 1}) {
        if (target == 0) continue;
        const float want = naive(order, target);
        unreachable += want == masked;
        differ += simd::detail::select_key(keys.data(), weights.data(),
                                           count, target) != want;
      }
    }
  }
  CHECK(differ == 0);
  CHECK(unreachable > 0);
}
