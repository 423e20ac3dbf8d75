#pragma once

#include <string>

#include "../core/result.hpp"

namespace tamis {

/// What a contrastive search is asked for, besides what any generation is. Names are HF's.
struct ContrastiveOptions {
  double penalty_alpha = 0.6;  ///< how much looking like what came before counts: 0 to 1
  int top_k = 4;               ///< how many of the likeliest tokens are tried

  /// An error says which is out of its range.
  Result<void> check() const {
    if (!(penalty_alpha >= 0 && penalty_alpha <= 1))
      return Error{"penalty_alpha is " + std::to_string(penalty_alpha) +
                   "; it must be from 0 to 1"};
    if (top_k < 1) return Error{"top_k is " + std::to_string(top_k) + "; it must be 1 or more"};
    return {};
  }
};

}  // namespace tamis
