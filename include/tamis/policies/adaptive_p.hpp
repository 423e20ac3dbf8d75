#pragma once

#include "../core/math.hpp"
#include "../core/types.hpp"

namespace tamis {

/// Adaptive-p: prefers tokens whose probability is near `target`, and steers so that what is drawn has that
/// probability on average.
///
/// With \f$ d = |p_i - t'| / 0.3 \f$: \f$ z_i' = 5 - 10 d^2 / (1 + d) \f$, where
/// \f$ t' = 2\,target - average \f$, within 0 and 1, and `average` is the moving average of what the drawn tokens'
/// probabilities were before.
///
/// Neutral: `target < 0`, which is idle. Requires `target <= 1`; `decay` counts as between 0 and 0.99, and looks back
/// on some 1 / (1 - decay) tokens.
/// Source: llama.cpp pull request 17927, `llama_sampler_init_adaptive_p`, 2026.
/// Beware: put it last, behind a mild truncation such as MinP alone; a tail of 100,000 tokens together outweighs the
/// few that are near the target.
struct AdaptiveP {
  float target = 0.5f;
  float decay = 0.9f;
  float excess = 0.0f;  ///< state, one sampler per request: by how much the average exceeds the target

  constexpr auto logit(const auto& at, const auto& row) const {
    const float aim = max(min(target - excess, 1.0f), 0.0f);
    const auto d = abs(exp_down(0.0f - row.surprise(at.logit())) - aim) * (1.0f / 0.3f);
    return 5.0f - 10.0f * (d * d) / (1.0f + d);
  }
  constexpr bool idle() const { return target < 0.0f; }
  constexpr void observe(const Choice&, const Choice& before) {
    const float kept = max(min(decay, 0.99f), 0.0f);
    excess = kept * excess + (1.0f - kept) * (exp(-before.surprise) - target);
  }
};

}  // namespace tamis
