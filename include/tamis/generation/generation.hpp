#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "../core/result.hpp"
#include "../core/types.hpp"
#include "finish_reason.hpp"
#include "generation_statistics.hpp"
#include "log_probability.hpp"

namespace tamis {

/// What was generated. Also when it broke off: then `error` says why, and the rest is what there
/// is.
struct Generation {
  std::vector<TokenId> tokens = {};                    ///< the new ones, with the end or stop token
  std::string text = {};                               ///< theirs, to the stop string; valid UTF-8
  std::vector<LogProbability> log_probabilities = {};  ///< one a token, if asked for
  /// Of the prompt's tokens after the first, if asked for: raw, with the likeliest.
  std::vector<LogProbability> prompt_log_probabilities = {};
  /// For each token, if asked for, the ids that the policies had kept, ascending.
  std::vector<std::vector<TokenId>> kept = {};
  FinishReason finish = FinishReason::length;
  std::optional<std::size_t> stop_string = {};  ///< which one was found: its place in the list
  std::optional<Error> error = {};              ///< if `finish` is error
  GenerationStatistics statistics = {};
};

}  // namespace tamis
