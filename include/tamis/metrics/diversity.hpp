#pragma once

/// \file diversity.hpp
/// Diversity: what rep-2, rep-3 and rep-4 leave.

#include <limits>
#include <span>
#include <vector>

#include "../core/types.hpp"
#include "ngrams.hpp"

namespace tamis::metrics {

/// Diversity, \f$ \prod_{n=2}^{4} (1 - \text{rep-}n) \f$, in (0, 1]: near 1 where nothing is said
/// twice. Each rep-n is over all n-grams of all texts, each counted as a repeat where it occurred
/// before in its own text. Texts too short for an n-gram leave its factor at 1; NaN of no texts.
///
/// Source: Su et al., "A contrastive framework for neural text generation", NeurIPS 2022, section
/// 4.1, summed over texts as their program does (which leaves out the last n-gram of each text).
inline double diversity(std::span<const std::vector<TokenId>> texts) {
  if (texts.empty()) return std::numeric_limits<double>::quiet_NaN();
  double product = 1;
  for (int n = 2; n <= 4; ++n) {
    std::size_t total = 0, distinct = 0;
    for (const std::vector<TokenId>& text : texts) {
      const NgramCount count = count_ngrams(std::span(&text, 1), n);
      total += count.total;
      distinct += count.distinct;
    }
    if (total > 0) product *= static_cast<double>(distinct) / static_cast<double>(total);
  }
  return product;
}

}  // namespace tamis::metrics
