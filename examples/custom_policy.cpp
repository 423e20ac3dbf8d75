// A policy of your own: one struct, no base class, no macro. It runs on every backend.
#include <cstdint>
#include <cstdio>
#include <tamis/tamis.hpp>

// quote: policy
/// Drops tokens that are less than `share` as likely as a coin with as many sides as there are
/// tokens left.
struct AboveChance {
  float share = 1.0f;
  constexpr auto cut(const auto& row) const {
    return row.log_sum() - row.log_live() + tamis::log(share);
  }
};
// quote end

int main() {
  // quote: use
  const float logits[] = {1.0f, 3.0f, 0.5f, 2.8f, -1.0f};
  const tamis::Sampler sampler{tamis::Temperature{0.8f}, AboveChance{0.5f}};
  for (std::uint64_t step = 0; step < 10; ++step) {
    tamis::simd::RowOf row(logits, {.seed = 7, .position = step});
    std::printf("%d ", sampler(row).token);
  }
  tamis::simd::RowOf row(logits, {});
  for (const auto& kept : sampler.distribution(row).kept()) {
    std::printf("\ntoken %d with probability %.3f", kept.id, kept.probability);
  }
  // quote end
  std::puts("");
}
