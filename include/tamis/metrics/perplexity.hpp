#pragma once

/// \file perplexity.hpp
/// Perplexity: how many tokens a model hesitates between.

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

namespace tamis::metrics {

/// The mean of -ln p over the tokens of a text, in nats, from each token's log-probability given
/// those before it. The first token of a text has none before it and is left out by the caller. NaN
/// of no tokens; infinite where a token has probability 0.
inline double mean_surprise(std::span<const double> log_probabilities) {
  if (log_probabilities.empty()) return std::numeric_limits<double>::quiet_NaN();
  double sum = 0;
  for (const double log_p : log_probabilities) sum -= log_p;
  return sum / static_cast<double>(log_probabilities.size());
}

/// Perplexity, \f$ \exp(-\frac1N \sum_t \ln p(x_t | x_{<t})) \f$, at least 1. It depends on the
/// tokenizer: compare models with the same one, or use `bits_per_byte`.
///
/// Source: Jelinek et al., "Perplexity: a measure of the difficulty of speech recognition tasks",
/// JASA 62, 1977.
inline double perplexity(std::span<const double> log_probabilities) {
  return std::exp(mean_surprise(log_probabilities));
}

/// Bits per byte of text, \f$ -\sum_t \log_2 p(x_t | x_{<t}) / \text{bytes} \f$, which does not
/// depend on the tokenizer. `bytes` is the UTF-8 length of what the tokens stand for.
///
/// Source: Gao et al., "The Pile", 2020, section 3.1.
inline double bits_per_byte(std::span<const double> log_probabilities, std::size_t bytes) {
  const double nats =
      mean_surprise(log_probabilities) * static_cast<double>(log_probabilities.size());
  return nats / std::log(2.0) / static_cast<double>(bytes);
}

}  // namespace tamis::metrics
