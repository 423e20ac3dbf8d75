#pragma once

namespace tamis {

/// Push: adds what the sources have pushed into `slot` to the tokens they speak of.
///
/// The bias of a token needs no policy: it is added before all of them. A push is for what must come at
/// another place of the chain, such as DRY after the repetition penalty.
///
/// Neutral: nothing pushed.
struct Push {
  int slot = 0;

  constexpr auto edited(const auto& at) const { return at.logit() + at.push(slot); }
};

}  // namespace tamis
