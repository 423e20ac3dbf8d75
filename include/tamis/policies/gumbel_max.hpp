#pragma once

#include "../core/math.hpp"

namespace tamis {

/// Gumbel-max: draws a token with its probability, as the argmax of logit plus Gumbel noise.
///
/// The Gumbel noise is -ln of exponential noise that has 64 bits where it is small, so that no token of
/// a large vocabulary is out of reach. Needs no sum over the row, so shards of a row can draw apart.
///
/// Source: Gumbel, 1954; Maddison, Tarlow, Minka, "A* sampling", NeurIPS 2014.
struct GumbelMax {
  static constexpr bool proportional = true;

  constexpr auto score(const auto& at) const { return at.logit() - log(at.exponential()); }
};

}  // namespace tamis
