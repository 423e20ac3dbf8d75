#pragma once

#include "../core/math.hpp"
#include "../core/types.hpp"

namespace tamis {

/// Repetition penalty: makes every token that occurred before, in prompt or output, `theta` times worse.
///
/// \f$ z' = z / \theta \f$ where z > 0, \f$ z \theta \f$ elsewhere.
///
/// Neutral: `theta = 1`. Requires `theta > 0`; below 1 it rewards.
/// Source: Keskar et al., "CTRL: a conditional transformer language model", 2019, section 4.1.
struct RepetitionPenalty {
  float theta = 1.0f;
  Counted counted = Counted::prompt_and_output;  ///< SGLang counts the output alone

  constexpr auto repeated(const auto& at) const {
    const auto z = at.logit();
    const float prompt = counted == Counted::prompt_and_output ? 1.0f : 0.0f;
    const auto count = at.count() + prompt * at.prompt_count();
    return select(count > 0.0f, select(z > 0.0f, z / theta, z * theta), z);
  }
};

}  // namespace tamis
