#pragma once

#include "../core/math.hpp"
#include "../core/types.hpp"

namespace tamis {

/// Presence penalty: takes `alpha` off the logit of every token that occurred, once.
///
/// Neutral: `alpha = 0`. Negative values reward.
/// Source: OpenAI API reference, `presence_penalty`, which looks at the output alone; llama.cpp looks at
/// the prompt too.
struct PresencePenalty {
  float alpha = 0.0f;
  Counted counted = Counted::output;

  constexpr auto repeated(const auto& at) const {
    const float prompt = counted == Counted::prompt_and_output ? 1.0f : 0.0f;
    const auto count = at.count() + prompt * at.prompt_count();
    return select(count > 0.0f, at.logit() - alpha, at.logit());
  }
};

}  // namespace tamis
