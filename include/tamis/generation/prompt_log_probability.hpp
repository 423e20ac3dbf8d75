#pragma once

#include <cstddef>

#include "../core/types.hpp"
#include "generation_options.hpp"
#include "log_probability.hpp"

namespace tamis {

/// How likely a token of a prompt is to a model: raw, in the softmax of the logits after the tokens
/// before it, [vocab_size]; with as many of the likeliest as the options ask for.
template <class Logits>
LogProbability prompt_log_probability(const Logits& logits, TokenId token,
                                      const GenerationOptions& options) {
  LogProbability log_probability;
  log_probability.set_raw(token, logits, static_cast<std::size_t>(options.top_log_probabilities));
  return log_probability;
}

}  // namespace tamis
