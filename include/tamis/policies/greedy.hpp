#pragma once

namespace tamis {

/// Takes the likeliest token.
struct Greedy {
  constexpr auto score(const auto& at) const { return at.logit(); }
};

}  // namespace tamis
