#pragma once

#include "../core/math.hpp"

namespace tamis {

/// Dynamic temperature: a temperature between `low` and `high`, by how undecided the model is.
///
/// \f$ T = low + (high - low) (H / \ln n)^{exponent} \f$, H the entropy and n the tokens left.
///
/// A token that is alone keeps its logit.
///
/// Neutral: `low = high = 1`. Requires `0 <= low <= high`, `exponent >= 0`.
/// Source: llama.cpp, `llama_sampler_init_temp_ext`; kalomaze, 2023.
struct DynamicTemperature {
  float low = 1.0f;
  float high = 1.0f;
  float exponent = 1.0f;

  constexpr auto logit(const auto& at, const auto& row) const {
    const auto share = max(row.entropy() / max(row.log_live(), {1e-30f}), {1e-30f});
    const auto t = low + (high - low) * exp(exponent * log(share));
    return select(row.log_live() > 0.0f, at.logit() / max(t, {1e-20f}), at.logit());
  }
  constexpr bool idle() const { return low == 1.0f && high == 1.0f; }
};

}  // namespace tamis
