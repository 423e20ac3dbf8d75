#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "../core/sequence.hpp"

namespace tamis {

/// Growing end: once more than `start` tokens are generated, the end tokens grow likelier with each token
/// more. Pushes \f$ factor^d - 1 \f$, d how far beyond the start, for the policy ScaledPush.
///
/// Neutral: `factor = 1`. Source: ExponentialDecayLengthPenalty of HF.
class GrowingEnd {
 public:
  GrowingEnd(std::size_t start, float factor, std::vector<TokenId> ends, int slot = 1)
      : start_(start), factor_(factor), ends_(std::move(ends)), slot_(slot) {}

  void push(Sequence& sequence) const {
    const std::size_t generated = sequence.generated().size();
    if (generated <= start_) return;
    const double power = std::pow(static_cast<double>(factor_), static_cast<double>(generated - start_));
    const double growth = std::min(power - 1.0, static_cast<double>(greatest));  // infinity times 0 is no number
    for (const TokenId id : ends_) sequence.add_push(id, slot_, static_cast<float>(growth));
  }

 private:
  std::size_t start_;
  float factor_;
  std::vector<TokenId> ends_;
  int slot_;
};

}  // namespace tamis
