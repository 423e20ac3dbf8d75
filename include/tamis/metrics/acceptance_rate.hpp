#pragma once

/// \file acceptance_rate.hpp
/// How much of what a draft proposed was kept.

#include <cmath>
#include <cstdint>
#include <limits>

namespace tamis::metrics {

/// What came of speculative decoding, summed over its steps (one step is one pass of the target
/// model).
struct Speculation {
  std::uint64_t steps = 0;
  std::uint64_t proposed = 0;  ///< tokens drafted and shown to the target model
  std::uint64_t accepted = 0;  ///< those of them that were kept
};

/// The share of proposed tokens that was accepted, in [0, 1]; NaN if none was proposed. Proposals
/// behind a rejected one count as proposed, as in vLLM; so this is below the probability
/// \f$ \alpha \f$ that a token is accepted when its turn comes.
inline double acceptance_rate(const Speculation& all) {
  if (all.proposed == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(all.accepted) / static_cast<double>(all.proposed);
}

/// The mean number of tokens a step yields: those accepted, and one of the target model's own. NaN
/// of no steps.
inline double tokens_per_step(const Speculation& all) {
  if (all.steps == 0) return std::numeric_limits<double>::quiet_NaN();
  return 1 + static_cast<double>(all.accepted) / static_cast<double>(all.steps);
}

/// What `tokens_per_step` is to be expected when each proposal, in its turn, is accepted with
/// probability `alpha` in [0, 1], independently, and `drafted` >= 0 are proposed a step:
/// \f$ \frac{1 - \alpha^{\gamma + 1}}{1 - \alpha} \f$.
///
/// Source: Leviathan, Kalman, Matias, "Fast inference from transformers via speculative decoding",
/// ICML 2023, equation 1.
inline double expected_tokens_per_step(double alpha, int drafted) {
  if (alpha >= 1) return drafted + 1;
  return (1 - std::pow(alpha, drafted + 1)) / (1 - alpha);
}

}  // namespace tamis::metrics
