#pragma once

#include "../core/math.hpp"

namespace tamis {

/// Soft cap: bends the logits into (-cap, cap), by \f$ cap \tanh(z / cap) \f$.
///
/// Neutral: `cap = 0`, which is idle. Requires `cap >= 0`.
/// Source: Gemma 2 technical report, 2024, section 2.
struct SoftCap {
  float cap = 0.0f;

  constexpr auto logit(const auto& at) const {
    return cap * (1.0f - 2.0f / (exp(at.logit() * (2.0f / cap)) + 1.0f));
  }
  constexpr bool idle() const { return cap <= 0.0f; }
};

}  // namespace tamis
