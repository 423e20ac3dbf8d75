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
    const auto x = at.logit() * (1.0f / cap), square = x * x;
    const auto series = (((0.0206390888f - 0.00570498873f * square) * square - 0.0537397156f) * square + 0.133314422f) * square;
    const auto small = x + x * square * (series - 0.333332819f);  // by Cephes; 1 - 2 / (...) cancels there
    const auto large = 1.0f - 2.0f / (exp(x + x) + 1.0f);
    return cap * select(abs(x) < 0.625f, small, large);
  }
  constexpr bool idle() const { return cap <= 0.0f; }
};

}  // namespace tamis
