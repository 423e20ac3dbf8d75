#pragma once

#include "../core/math.hpp"

namespace tamis {

/// Eta cutoff: an epsilon cutoff that lets more through when the entropy is high; never drops the likeliest.
///
/// Drops p below \f$ \min(\epsilon, \sqrt\epsilon e^{-H}) \f$.
///
/// Neutral: `epsilon = 0`. Requires `0 <= epsilon < 1`.
/// Source: Hewitt, Manning, Liang, "Truncation sampling as language model desmoothing", EMNLP Findings 2022.
struct EtaCutoff {
  float epsilon = 0.0f;

  constexpr auto cut(const auto& row) const {
    const float ln = log(epsilon);
    const auto lowered = 0.5f * ln - row.entropy();
    return row.log_sum() + select(lowered < ln, lowered, ln);
  }
  constexpr bool idle() const { return epsilon <= 0.0f; }
};

}  // namespace tamis
