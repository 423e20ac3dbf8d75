#pragma once

namespace tamis {

/// Smoothing, quadratic sampling: bends the logits into a parabola below the greatest.
///
/// With d the distance from the greatest logit m: \f$ m - f (\tfrac{3 - c}{2} d^2 + \tfrac{c - 1}{2} d^3) \f$.
///
/// Neutral: `factor = 0`, which is idle. Requires `factor >= 0`, `curve >= 1`.
/// Source: kalomaze, text-generation-webui pull requests 5403 and 5551, 2024.
struct Smoothing {
  float factor = 0.0f;
  float curve = 1.0f;

  constexpr auto logit(const auto& at, const auto& row) const {
    const auto d = row.max() - at.logit();
    const float square = factor * (3.0f - curve) * 0.5f, cube = factor * (curve - 1.0f) * 0.5f;
    return row.max() - d * d * (square + cube * d);
  }
  constexpr bool idle() const { return factor <= 0.0f; }
};

}  // namespace tamis
