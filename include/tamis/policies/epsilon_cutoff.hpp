#pragma once

#include "../core/math.hpp"

namespace tamis {

/// Epsilon cutoff: drops tokens less likely than `epsilon`, but never the likeliest.
///
/// Neutral: `epsilon = 0`. Requires `0 <= epsilon < 1`.
/// Source: Hewitt, Manning, Liang, "Truncation sampling as language model desmoothing", EMNLP Findings 2022.
struct EpsilonCutoff {
  float epsilon = 0.0f;

  constexpr auto cut(const auto& row) const { return row.log_sum() + log(epsilon); }
  constexpr bool idle() const { return epsilon <= 0.0f; }
};

}  // namespace tamis
