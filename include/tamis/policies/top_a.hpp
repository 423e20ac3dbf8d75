#pragma once

#include "../core/math.hpp"

namespace tamis {

/// Top-a: drops tokens with \f$ p < a\, p_{max}^2 \f$.
///
/// Neutral: `a = 0`. Requires `0 <= a <= 1`.
/// Source: BlinkDL, RWKV-LM, 2022.
struct TopA {
  float a = 0.0f;

  constexpr auto cut(const auto& row) const { return log(a) + 2 * row.max() - row.log_sum(); }
  constexpr bool idle() const { return a <= 0.0f; }
};

}  // namespace tamis
