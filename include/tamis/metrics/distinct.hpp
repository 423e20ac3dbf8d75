#pragma once

/// \file distinct.hpp
/// Distinct-n: how varied a set of texts is.

#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "../core/types.hpp"
#include "ngrams.hpp"

namespace tamis::metrics {

/// What the number of different n-grams is divided by.
enum class DistinctOver {
  ngrams,  ///< the number of all n-grams: what most programs compute
  tokens,  ///< the number of all tokens: what Li et al. write
};

/// distinct-n: the different n-grams of all texts together, over all n-grams or all tokens of them;
/// in (0, 1], NaN where there are none. It falls as texts grow longer: compare texts of equal
/// length.
///
/// Source: Li et al., "A diversity-promoting objective function for neural conversation models",
/// NAACL 2016.
inline double distinct_n(std::span<const std::vector<TokenId>> texts, int n,
                         DistinctOver over = DistinctOver::ngrams) {
  const NgramCount count = count_ngrams(texts, n);
  if (count.total == 0) return std::numeric_limits<double>::quiet_NaN();
  const std::size_t whole =
      over == DistinctOver::ngrams ? count.total : count_ngrams(texts, 1).total;
  return static_cast<double>(count.distinct) / static_cast<double>(whole);
}

/// Expectation-adjusted distinct: the different tokens of all texts over the number that C tokens
/// drawn evenly from the vocabulary V would have, \f$ \frac{N}{V (1 - ((V - 1) / V)^C)} \f$, which
/// takes away the dependence on the length. Not negative, may be above 1; NaN where there are no
/// tokens.
///
/// Source: Liu et al., "Rethinking and refining the distinct metric", ACL 2022.
inline double expectation_adjusted_distinct(std::span<const std::vector<TokenId>> texts,
                                            std::size_t vocab_size) {
  const NgramCount count = count_ngrams(texts, 1);
  if (count.total == 0) return std::numeric_limits<double>::quiet_NaN();
  const double vocab = static_cast<double>(vocab_size);
  const double expected =
      -vocab * std::expm1(static_cast<double>(count.total) * std::log1p(-1 / vocab));
  return static_cast<double>(count.distinct) / expected;
}

}  // namespace tamis::metrics
