#pragma once

namespace tamis {

/// Frequency penalty: takes `alpha` off a token's logit for each time it was generated.
///
/// Neutral: `alpha = 0`. Source: OpenAI API reference, `frequency_penalty`.
struct FrequencyPenalty {
  float alpha = 0.0f;

  constexpr auto repeated(const auto& at) const { return at.logit() - alpha * at.count(); }
};

}  // namespace tamis
