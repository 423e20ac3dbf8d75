#pragma once

#include <tuple>

#include "entropy_mass.hpp"
#include "top_k.hpp"

namespace tamis {

/// Top-h: keeps, of the 100 likeliest tokens, as many as have no more than `h` times their entropy.
///
/// Neutral: none; even `h = 1` keeps no more than 100 tokens, and those that tie with the last.
/// Requires `0 < h <= 1`; `h <= 0` is idle.
/// Source: "Top-H decoding: adapting the creativity and coherence with bounded entropy", arXiv 2509.02510; `top_h` of HF.
struct TopH {
  float h = 0.0f;

  constexpr auto steps() const { return std::tuple(TopK{h > 0.0f ? 100u : 0u}, EntropyMass{h > 0.0f ? h : 1.0f}); }
};

}  // namespace tamis
