#pragma once

/// \file select_key.hpp
/// The quantile of a list of keys that have been gathered, and the memory that a draw needs.

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "../../core/fixed.hpp"
#include "../../core/types.hpp"

namespace tamis::simd::detail {

/// Some tokens with their keys and weights.
struct Some {
  std::vector<float> keys, weights;
  int n = 0;

  void room(int size) {
    if (keys.size() < static_cast<std::size_t>(size)) keys.resize(size), weights.resize(size);
    n = 0;
  }
};

/// What a draw needs besides the row. One a thread: a draw is never interrupted by another.
struct Scratch {
  std::vector<float> maxima, narrowed;
  std::vector<Fixed> sums;
  std::vector<TokenId> ids;
  std::vector<std::uint8_t> special;
  Some some, sample;
  std::vector<std::pair<std::uint32_t, Fixed>> order;
};

inline Scratch& scratch() {
  thread_local Scratch s;
  return s;
}

/// The greatest key t such that the tokens with keys >= t weigh the target; minus infinity if all
/// together do not. Walks down bins of keys, with the weight of each: first bins of equal width, then,
/// for what lies in one of them, bins of eight bits of the key.
inline float select_key(const float* keys, const float* weights, int n, Fixed target) {
  auto& order = scratch().order;
  order.clear();
  const auto weight = [&](int i) { return weights ? to_fixed(weights[i]) : unit; };
  const auto descend = [&](const std::array<Fixed, 256>& bins) {
    int bin = 255;
    while (bin >= 0 && bins[bin] < target) target -= bins[bin--];
    return bin;
  };
  float least = -masked, most = masked;
  for (int i = 0; i < n; ++i) least = keys[i] < least ? keys[i] : least, most = keys[i] > most ? keys[i] : most;
  const float scale = 255.0f / (most - least);
  if (scale > 0 && scale < -masked) {
    std::array<Fixed, 256> bins{};
    const auto bin_of = [&](int i) { return static_cast<int>((keys[i] - least) * scale) & 255; };
    for (int i = 0; i < n; ++i) bins[bin_of(i)] += weight(i);
    const int bin = descend(bins);
    if (bin < 0) return masked;
    for (int i = 0; i < n; ++i)
      if (bin_of(i) == bin) order.emplace_back(ordered(keys[i]), weight(i));
  } else {
    for (int i = 0; i < n; ++i) order.emplace_back(ordered(keys[i]), weight(i));
  }
  if (order.size() <= 16) {
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    for (const auto& [k, w] : order) {
      if (w >= target) return unordered(k);
      target -= w;
    }
    return masked;
  }
  std::uint32_t prefix = 0;
  for (int shift = 24; shift >= 0; shift -= 8) {
    std::array<Fixed, 256> bins{};
    for (const auto& [k, w] : order) bins[k >> shift & 255] += w;
    const int bin = descend(bins);
    if (bin < 0) return masked;
    prefix = prefix << 8 | static_cast<std::uint32_t>(bin);
    std::erase_if(order, [&](const auto& entry) { return entry.first >> shift != prefix; });
  }
  return unordered(prefix);
}

}  // namespace tamis::simd::detail
