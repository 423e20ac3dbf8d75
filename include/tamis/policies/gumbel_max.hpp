#pragma once

#include "../core/math.hpp"

namespace tamis {

/// Draws a token with its probability, by the Gumbel-max trick: the argmax of logit plus Gumbel noise
/// is distributed as the softmax. Needs no sum, so it ends any fused loop.
///
/// Source: Gumbel, 1954; Maddison, Tarlow, Minka, "A* sampling", NeurIPS 2014.
struct GumbelMax {
  constexpr auto score(const auto& at) const { return at.logit() - log(-log(at.uniform())); }
};

}  // namespace tamis
