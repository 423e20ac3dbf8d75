#pragma once

namespace tamis {

/// Log-softmax: turns the logits into log-probabilities. Changes no draw; for those who read the logits.
///
/// Source: `renormalize_logits` of HF transformers.
struct LogSoftmax {
  constexpr auto logit(const auto& at, const auto& row) const { return 0.0f - row.surprise(at.logit()); }
};

}  // namespace tamis
