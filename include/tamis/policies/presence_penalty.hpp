#pragma once

#include "../core/math.hpp"

namespace tamis {

/// Presence penalty: takes `alpha` off the logit of every token that was generated, once.
///
/// Neutral: `alpha = 0`. Source: OpenAI API reference, `presence_penalty`.
struct PresencePenalty {
  float alpha = 0.0f;

  constexpr auto repeated(const auto& at) const {
    return select(at.count() > 0.0f, at.logit() - alpha, at.logit());
  }
  constexpr bool idle() const { return alpha == 0.0f; }
};

}  // namespace tamis
