#pragma once

#include "../core/math.hpp"
#include "../core/types.hpp"

namespace tamis {

/// Frequency penalty: takes `alpha` off a token's logit for each time it occurred.
///
/// Neutral: `alpha = 0`. Negative values reward.
/// Source: OpenAI API reference, `frequency_penalty`, which counts the output alone; llama.cpp counts
/// the prompt too.
struct FrequencyPenalty {
  float alpha = 0.0f;
  Counted counted = Counted::output;

  constexpr auto repeated(const auto& at) const {
    const float prompt = counted == Counted::prompt_and_output ? 1.0f : 0.0f;
    return at.logit() - alpha * (at.count() + prompt * at.prompt_count());
  }
};

}  // namespace tamis
