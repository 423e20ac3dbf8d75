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
  FinishReason finish = FinishReason::length;
  std::optional<std::size_t> stop_string = {};  ///< which one was found: its place in the list
  std::optional<Error> error = {};              ///< if `finish` is error
  GenerationStatistics statistics = {};
};

}  // namespace tamis
