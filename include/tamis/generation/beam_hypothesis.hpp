#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "../core/types.hpp"
#include "finish_reason.hpp"

namespace tamis {

/// One sequence that a beam search has found.
struct BeamHypothesis {
  std::vector<TokenId> tokens = {};  ///< the new ones, with the end or stop token
  std::string text = {};             ///< theirs, to the stop string; valid UTF-8
  double score = 0;                  ///< sum divided by the number of tokens to length_penalty
  double sum = 0;                    ///< of the token_scores
  /// What each token added: its log-softmax, in nats, after biases, bans and policies.
  std::vector<double> token_scores = {};
  FinishReason finish = FinishReason::length;
  std::optional<std::size_t> stop_string = {};  ///< which one was found: its place in the list
};

}  // namespace tamis
