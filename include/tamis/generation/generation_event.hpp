#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "../core/types.hpp"
#include "finish_reason.hpp"
#include "log_probability.hpp"

namespace tamis {

/// A token that has been drawn and stays, as a callback sees it. Valid during the call; in a loop
/// over a stream, until its next step.
struct GenerationEvent {
  std::size_t request = 0;   ///< in a batch, the number that add() gave; 0 otherwise
  std::size_t sequence = 0;  ///< of a request for several, which; 0 otherwise
  std::size_t position = 0;  ///< how many tokens precede it, prompt included
  TokenId token = -1;
  /// The text that is certain now and was not before: whole characters, and nothing that could
  /// become a stop string. Empty while text is held back; with the last token, all that was held.
  std::string_view text = {};
  const LogProbability* log_probability = nullptr;  ///< if asked for
  std::span<const TokenId> kept = {};  ///< those among which it was drawn, if asked for
  std::optional<FinishReason> finish = {};          ///< with the last token, why it is the last
};

}  // namespace tamis
