#pragma once

/// \file green_list_score.hpp
/// Was a text drawn with the policy GreenList?

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "marked_tokens.hpp"
#include "watermark_z_score.hpp"

namespace tamis::metrics {

namespace detail {

/// The probability of `least` successes or more in `tries`, each of probability `p` in (0, 1).
inline double binomial_tail(std::uint64_t least, std::uint64_t tries, double p) {
  double log_term = static_cast<double>(tries) * std::log1p(-p), sum = least == 0 ? std::exp(log_term) : 0;
  for (std::uint64_t k = 1; k <= tries; ++k) {
    const double rest = static_cast<double>(tries - k + 1), done = static_cast<double>(k);
    log_term += std::log(rest * p / (done * (1 - p)));
    if (k >= least) sum += std::exp(log_term);
  }
  return sum < 1 ? sum : 1;
}

}  // namespace detail

/// How many more green tokens a text has than chance gives it, with the key and width of the source Watermark and the
/// gamma of the policy. Looks at the tokens behind the first `width`, equal ones after equal ones once.
///
/// The p-value is exact: over the keys, each token of a text without this watermark is green with probability gamma.
/// Say that a text has it where the p-value is below the rate of false alarms that you can bear. z is NaN, and the
/// p-value 1, of a text that is too short.
///
/// Source: Kirchenbauer et al., "A watermark for large language models", ICML 2023, section 3.
inline WatermarkScore green_list_score(std::span<const TokenId> text, std::uint64_t key, std::size_t width,
                                       float gamma) {
  std::uint64_t green = 0;
  const std::size_t tokens = for_each_marked_token(text, key, width, [&](const Stream& noise, TokenId token) {
    green += noise.uniform(static_cast<std::uint32_t>(token), 0) < gamma;
  });
  const double share = static_cast<double>(gamma);
  return {watermark_z_score(green, tokens, share).z, detail::binomial_tail(green, tokens, share)};
}

}  // namespace tamis::metrics
