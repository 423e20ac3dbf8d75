#pragma once

#include "../core/math.hpp"

namespace tamis {

/// Green list: adds `delta` to the logits of green tokens. Each token is green with probability `gamma`, by the key and
/// the tokens before: a watermark that metrics/green_list_score.hpp finds.
///
/// \f$ z_i' = z_i + \delta \, [u_i < \gamma] \f$, u the noise of the token.
///
/// Noise costs some 10 ns a token: put it behind a truncation, as HF does, and it is made for the few that are left.
///
/// Neutral: `delta = 0`, which is idle. Requires `0 < gamma < 1` and the source Watermark, without which the list
/// follows from the seed and nobody finds it; and Multinomial for the draw, for GumbelMax reads the same noise.
/// Source: Kirchenbauer et al., "A watermark for large language models", ICML 2023, algorithm 2. Each token falls on
/// its own, where theirs (and HF's `WatermarkLogitsProcessor`) split a shuffled vocabulary: neither finds the other's.
struct GreenList {
  float gamma = 0.25f;
  float delta = 2.0f;

  constexpr auto logit(const auto& at) const {
    return at.logit() + select(at.uniform() < gamma, delta, 0.0f);
  }
  constexpr bool idle() const { return delta == 0.0f; }
};

}  // namespace tamis
