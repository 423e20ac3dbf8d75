#pragma once

/// \file repetition.hpp
/// How much of a text has been said before: rep-n, seq-rep-n and the repetition score.

#include <limits>
#include <span>
#include <vector>

#include "../core/types.hpp"
#include "ngrams.hpp"

namespace tamis::metrics {

/// rep-n: the share, in [0, 1), of the n-grams of a text that occurred in it before,
/// \f$ 1 - |\text{distinct n-grams}| / |\text{n-grams}| \f$. A text shorter than n repeats nothing:
/// 0.
///
/// Source: Su et al., "A contrastive framework for neural text generation", NeurIPS 2022, section
/// 4.1 (there in percent).
inline double rep_n(std::span<const TokenId> text, int n) {
  Ngrams ngrams(n);
  const std::size_t total = ngrams.number(text).size();
  return total == 0 ? 0 : 1 - static_cast<double>(ngrams.distinct()) / static_cast<double>(total);
}

/// seq-rep-n: the mean of `rep_n` over continuations, which do not contain their prompts. NaN of no
/// continuations.
///
/// Source: Welleck et al., "Neural text generation with unlikelihood training", ICLR 2020, section
/// 6 (n = 4).
inline double seq_rep_n(std::span<const std::vector<TokenId>> continuations, int n = 4) {
  if (continuations.empty()) return std::numeric_limits<double>::quiet_NaN();
  double sum = 0;
  for (const std::vector<TokenId>& text : continuations) sum += rep_n(text, n);
  return sum / static_cast<double>(continuations.size());
}

/// The repetition score: the share of the 4-grams of a text that occurred in it before, which is
/// `rep_n` at n = 4. 0.18 says that of a hundred 4-grams 18 are repeats.
inline double repetition_score(std::span<const TokenId> text, int n = 4) { return rep_n(text, n); }

}  // namespace tamis::metrics
