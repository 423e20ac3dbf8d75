#pragma once

#include <cstddef>
#include <span>

#include "../core/types.hpp"

namespace tamis {

/// How far a beam search has come, as a callback sees it. Valid during the call.
struct BeamStep {
  std::size_t new_tokens = 0;  ///< of each beam that runs
  std::size_t finished = 0;    ///< sequences that are finished and kept
  /// The new tokens of the best beam that runs; they may still change. Empty when none runs.
  std::span<const TokenId> best = {};
  /// How many of the first new tokens are the same in every sequence that is left: these cannot
  /// change any more.
  std::size_t certain = 0;
};

}  // namespace tamis
