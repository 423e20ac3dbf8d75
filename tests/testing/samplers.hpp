#pragma once

/// \file samplers.hpp
/// Samplers, right and wrong, for the tests of the tests: in double precision and apart from the
/// library.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include <tamis/core/types.hpp>
#include <tamis/testing/binomial.hpp>
#include <tamis/testing/draw_counts.hpp>

namespace samplers {

using Row = std::vector<double>;

/// SplitMix64 (Steele, Lea, Flood 2014), apart from the Philox that the library draws with.
struct Random {
  std::uint64_t state;

  std::uint64_t bits() {
    std::uint64_t x = state += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
  }
  double uniform() { return (static_cast<double>(bits() >> 11) + 0.5) * 0x1p-53; }
  double normal() {
    return std::sqrt(-2 * std::log(uniform())) * std::cos(6.283185307179586 * uniform());
  }
};

inline Row softmax(Row logits, double temperature = 1) {
  const double most = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (double& z : logits) sum += z = std::exp((z - most) / temperature);
  for (double& z : logits) z /= sum;
  return logits;
}

/// Logits of standard deviation `spread`.
inline Row logits(std::uint64_t seed, std::size_t size, double spread) {
  Random random{seed};
  Row row(size);
  for (double& z : row) z = spread * random.normal();
  return row;
}

/// Keeps the `count` likeliest, renormalised.
inline Row keep(Row p, std::size_t count) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return p[a] > p[b]; });
  double sum = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i >= count) p[order[i]] = 0;
    sum += p[order[i]];
  }
  for (double& x : p) x /= sum;
  return p;
}

/// How many tokens top-p keeps.
inline std::size_t nucleus(Row p, double mass) {
  std::sort(p.rbegin(), p.rend());
  std::size_t count = 0;
  for (double sum = 0; count < p.size() && sum < mass; ++count) sum += p[count];
  return count;
}

inline Row top_p(const Row& p, double mass) { return keep(p, nucleus(p, mass)); }

/// CTRL's repetition penalty on the tokens of `context`.
inline Row penalized(Row logits, std::span<const tamis::TokenId> context, double penalty) {
  std::vector<tamis::TokenId> once(context.begin(), context.end());
  std::sort(once.begin(), once.end());
  once.erase(std::unique(once.begin(), once.end()), once.end());
  for (const tamis::TokenId token : once) {
    double& z = logits[static_cast<std::size_t>(token)];
    z = z > 0 ? z / penalty : z * penalty;
  }
  return logits;
}

/// Draws by inverting the distribution function in order of id.
class Inverse {
 public:
  explicit Inverse(const Row& p) : cumulative_(p.size()) {
    std::partial_sum(p.begin(), p.end(), cumulative_.begin());
  }

  tamis::TokenId at(double uniform) const {
    const double target = uniform * cumulative_.back();
    return static_cast<tamis::TokenId>(
        std::upper_bound(cumulative_.begin(), cumulative_.end(), target) - cumulative_.begin());
  }

  tamis::testing::DrawCounts draw(std::uint64_t seed, int draws) const {
    Random random{seed};
    tamis::testing::DrawCounts counts(cumulative_.size());
    for (int i = 0; i < draws; ++i) counts.add(at(random.uniform()));
    return counts;
  }

 private:
  std::vector<double> cumulative_;
};

/// Distributions that a test must not alarm on: nearly even, as models make them, peaked, with rare
/// tokens, and cut.
inline std::vector<Row> distributions() {
  return {softmax(logits(1, 20, 0.1)), softmax(logits(2, 100, 1)), softmax(logits(3, 100, 3)),
          softmax(logits(4, 1000, 2)), top_p(softmax(logits(5, 1000, 2)), 0.9)};
}

/// How many of `runs` runs may fail, and how few, when each fails with probability `rate`: outside
/// of it with probability below 0.001 on either side.
struct Rejections {
  int least, most;
  bool contains(int count) const { return least <= count && count <= most; }
};

inline Rejections expected_rejections(int runs, double rate) {
  Rejections bounds{0, runs};
  double below = 0;
  for (int k = 0; k <= runs; ++k) {
    const double here = tamis::testing::binomial_probability(runs, rate, k);
    if (below + here < 0.001) bounds.least = k + 1;
    if (1 - below - here < 0.001) {
      bounds.most = k;
      break;
    }
    below += here;
  }
  return bounds;
}

}  // namespace samplers
