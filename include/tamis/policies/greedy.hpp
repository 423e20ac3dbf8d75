#pragma once

namespace tamis {

/// Takes the likeliest token.
struct Greedy {
  static constexpr bool by_logit = true;

  constexpr auto score(const auto& at) const { return at.logit(); }
};

}  // namespace tamis
