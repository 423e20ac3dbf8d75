#pragma once

#include <optional>
#include <vector>

#include "../core/result.hpp"
#include "beam_hypothesis.hpp"
#include "generation_statistics.hpp"

namespace tamis {

/// What a beam search has found. Also when it broke off: then `error` says why, and the rest is
/// what there is.
struct BeamGeneration {
  /// The best first. Fewer than were asked for only where bans and guides leave fewer.
  std::vector<BeamHypothesis> sequences = {};
  std::optional<Error> error = {};
  GenerationStatistics statistics = {};  ///< its new_tokens are those of the best sequence
};

}  // namespace tamis
