#pragma once

#include "../core/math.hpp"

namespace tamis {

/// Forced: if a source has pushed 1 into `slot` for some tokens, only these may come, with equal logits 0.
///
/// Neutral: `active = false`. Source: `forced_bos_token_id` and `forced_eos_token_id` of HF.
struct Forced {
  bool active = false;
  int slot = 2;

  constexpr auto logit(const auto& at) const {
    return select(at.push(slot) > 0.0f, 0.0f, at.logit() - __builtin_inff());
  }
  constexpr bool idle() const { return !active; }
};

}  // namespace tamis
