#pragma once

namespace tamis {

/// Top-n-sigma: drops tokens whose logit is more than `n` standard deviations below the greatest.
///
/// Neutral: `n = infinity`; `n <= 0` is idle too.
/// Source: Tang et al., "Top-nsigma: not all logits are you need", ACL 2025.
struct TopNSigma {
  float n = 1.0f;

  constexpr auto cut(const auto& row) const { return row.max() - n * row.deviation(); }
  constexpr bool idle() const { return !(n > 0.0f && n < 1e30f); }
};

}  // namespace tamis
