#pragma once

/// \file gumbel_watermark_score.hpp
/// Was a text drawn by GumbelMax with the noise of the source Watermark?

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "marked_tokens.hpp"
#include "watermark_z_score.hpp"

namespace tamis::metrics {

namespace detail {

/// The probability that `count` exponential variables of mean 1 add up to `sum` or more; that of fewer than `count`
/// events where `sum` are expected.
inline double gamma_tail(std::uint64_t count, double sum) {
  if (sum <= 0) return 1;
  double log_term = -sum, tail = 0;
  for (std::uint64_t k = 0; k < count; ++k) {
    if (k > 0) log_term += std::log(sum / static_cast<double>(k));
    tail += std::exp(log_term);
  }
  return count == 0 ? 1 : tail < 1 ? tail : 1;
}

}  // namespace detail

/// How far the noise of the tokens of a text is from chance, with the key and width of the source Watermark. The draw
/// prefers tokens whose noise v, uniform in (0, 1), is small: the score is \f$ \sum -\ln v \f$, over the tokens behind
/// the first `width`, equal ones after equal ones once. (Aaronson writes it with \f$ u = 1 - v \f$.)
///
/// The p-value is exact: in a text without this watermark the score of T tokens has the gamma distribution of shape T.
/// z is the score less T in units of the square root of T; NaN, and the p-value 1, of a text that is too short.
///
/// Source: Aaronson, "Watermarking of large language models", talk at the Simons Institute, 2023.
inline WatermarkScore gumbel_watermark_score(std::span<const TokenId> text, std::uint64_t key, std::size_t width) {
  double score = 0;
  const std::size_t tokens = for_each_marked_token(text, key, width, [&](const Stream& noise, TokenId token) {
    score -= std::log(static_cast<double>(noise.small_uniform(static_cast<std::uint32_t>(token), 0)));
  });
  const double count = static_cast<double>(tokens);
  return {(score - count) / std::sqrt(count), detail::gamma_tail(tokens, score)};
}

}  // namespace tamis::metrics
