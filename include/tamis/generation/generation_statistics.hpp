#pragma once

#include "../metrics/acceptance_rate.hpp"

namespace tamis {

/// What a generation took.
struct GenerationStatistics {
  int prompt_tokens = 0;
  int cached_tokens =
      0;  ///< of the prompt, those that the memory knew and the model did not read again
  int new_tokens = 0;  ///< end token included
  int rollbacks = 0;   ///< how often a banned string took tokens back
  int forced_tokens = 0;  ///< new tokens for which the model was not asked: no other could come
  double prefill_seconds =
      0;  ///< reading the prompt, until the logits of the first new token are there
  double decode_seconds = 0;  ///< from then on, without the time that the callback took
  metrics::Speculation speculation = {};  ///< what came of drafts, if there were any

  /// New tokens after the first, which is the prefill's, per second of decoding; 0 if there are
  /// none.
  double tokens_per_second() const {
    return new_tokens > 1 && decode_seconds > 0 ? (new_tokens - 1) / decode_seconds : 0;
  }
};

}  // namespace tamis
