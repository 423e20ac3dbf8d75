#pragma once

/// \file pooled_bins.hpp
/// Tokens gathered into bins that are expected often enough for a chi-squared distribution to be
/// near.

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "draw_counts.hpp"

namespace tamis::testing {

/// Bins of one or more tokens, expected and observed. Draws outside of the support are in no bin.
struct PooledBins {
  std::vector<double>
      expected;  ///< [bins], draws a correct sampler makes on average; each at least the minimum
  std::vector<std::uint64_t> observed;  ///< [bins]
};

/// Pools tokens until each bin is expected `least` times or more.
///
/// The rule, which depends on the probabilities and the number of draws alone, never on what was
/// drawn: tokens are taken from the least probable to the most probable, of equals the least id
/// first; a bin is closed when its expected count has reached `least`; what is left over at the end
/// joins the last bin. So tokens expected `least` times or more are bins of their own but for one
/// that may have to take the remainder of the rarer ones.
///
/// `probabilities`, [vocab_size], is divided by its sum; what is not positive counts as zero.
/// `least` = 5 is Cochran's rule ("Some methods for strengthening the common chi-squared tests",
/// Biometrics 10, 1954).
inline PooledBins pooled_bins(std::span<const double> probabilities, const DrawCounts& drawn,
                              double least = 5) {
  std::vector<std::size_t> order;
  double sum = 0;
  for (std::size_t token = 0; token < probabilities.size(); ++token) {
    if (!(probabilities[token] > 0)) continue;
    order.push_back(token);
    sum += probabilities[token];
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return probabilities[a] < probabilities[b];
  });

  const double draws = static_cast<double>(drawn.total());
  PooledBins bins;
  double expected = 0;
  std::uint64_t observed = 0;
  for (const std::size_t token : order) {
    expected += draws * (probabilities[token] / sum);
    observed += token < drawn.of_token.size() ? drawn.of_token[token] : 0;
    if (expected < least) continue;
    bins.expected.push_back(expected);
    bins.observed.push_back(observed);
    expected = 0;
    observed = 0;
  }
  if (expected > 0 && bins.expected.empty()) {
    bins.expected.push_back(0);
    bins.observed.push_back(0);
  }
  if (expected > 0) {
    bins.expected.back() += expected;
    bins.observed.back() += observed;
  }
  return bins;
}

}  // namespace tamis::testing
