#pragma once

#include "../core/math.hpp"

namespace tamis {

/// Entropy mass: keeps the likeliest tokens while their parts \f$ -p \ln p \f$ of the entropy add up to no more
/// than `h` times the whole; the first always. A step of TopH.
///
/// Neutral: `h >= 1`. Requires `h > 0`.
/// Source: see TopH.
struct EntropyMass {
  float h = 1.0f;

  constexpr float mass() const { return h; }
  constexpr auto weight(const auto& at, const auto& row) const {
    const auto s = row.surprise(at.logit());
    return select((s > 0.0f) & (s < 1e30f), s * exp(0.0f - s), 0.0f);  // infinity times nothing is no number
  }
  constexpr bool exclusive() const { return true; }
  constexpr bool idle() const { return h >= 1.0f; }
};

}  // namespace tamis
