#pragma once

/// \file select_key.hpp
/// A quantile of tokens that lie side by side.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include "../../core/fixed.hpp"
#include "../../core/types.hpp"
#include "dispatch.hpp"
#include "fixed_sum.hpp"
#include "lanes.hpp"
#include "scratch.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"  // registers are never passed between translation units

namespace tamis::simd::detail {

/// select_key, a token at a time. Walks down bins of keys, with the weight of each: first bins of equal width, then,
/// for what lies in one of them, bins of eight bits of the key.
inline float select_by_bins(const float* keys, const float* weights, int n, Fixed target) {
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
  if (n > 32 && scale > 0 && scale < -masked) {
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
  if (order.size() <= 64) {
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

/// Keys of which the lower one weighs the target and the upper one does not: all that is between them, side by side.
struct Bracket {
  const float *keys, *weights;
  int n;
  Fixed target;  ///< what those between have to weigh

  /// Keeps what lies between two keys, if the lower one weighs the target and the upper one does not.
  bool keep(float low, float high, Some& to) {
    Fixed above = 0, between = 0;
    to.room(n + block_size);
    on_best([&]<int W>() {
      float *keys_to = to.keys.data(), *weights_to = to.weights.data();
      int count = 0;
      for (int begin = 0; begin < n; begin += block_size) {
        FixedSum<W> over, inside;
        for (int i = begin; i < std::min(begin + block_size, n); i += W) {
          const Lanes<W> k = Lanes<W>::load(keys + i), w = weights ? Lanes<W>::load(weights + i) : Lanes<W>(1.0f);
          const auto is_over = k >= Lanes<W>(high), is_inside = (k >= Lanes<W>(low)) & (k < Lanes<W>(high)) & (k > masked);
          over.add(select(is_over, w, Lanes<W>(0.0f)));
          inside.add(select(is_inside, w, Lanes<W>(0.0f)));
          const auto bits = bits_of(is_inside);
          compress(k, w, bits, keys_to + count, weights_to + count);
          count += std::popcount(bits);
        }
        above += over.value(), between += inside.value();
      }
      Lanes<W>(masked).store(keys_to + count);
      Lanes<W>(0.0f).store(weights_to + count);
      to.n = count;
    });
    if (above >= target || above + between < target) return false;
    keys = to.keys.data(), weights = to.weights.data(), n = to.n, target -= above;
    return true;
  }

  /// Two keys between which, by a sample of a few hundred, the target is reached: it may be wrong by six hundredths.
  bool keep_by_sample(Some& to) {
    constexpr int few = 512;
    float some_keys[few], some_weights[few];
    double sampled = 0, all = 0;
    for (int i = 0; i < few; ++i) {
      const auto at = static_cast<std::size_t>(static_cast<std::int64_t>(n) * i / few);
      some_keys[i] = keys[at], some_weights[i] = weights ? weights[at] : 1.0f;
      sampled += some_weights[i];
    }
    on_best([&]<int W>() {
      Lanes<W> sum(0.0f);
      for (int i = 0; i < n; i += W) sum = sum + (weights ? Lanes<W>::load(weights + i) : Lanes<W>(1.0f));
      for (int i = 0; i < W; ++i) all += sum[i];
    });
    const double share = static_cast<double>(to_float(target)) / all;
    const auto key_at = [&](double part) {
      return select_by_bins(some_keys, some_weights, few, static_cast<Fixed>(part * sampled * static_cast<double>(unit)));
    };
    const float high = share > 0.06 ? key_at(share - 0.06) : -masked, low = share < 0.94 ? key_at(share + 0.06) : masked;
    return keep(low, high, to);
  }

  /// The least and the greatest key.
  std::pair<float, float> range() const {
    float low = 0, high = 0;
    on_best([&]<int W>() {
      Lanes<W> least(-masked), most(masked);
      for (int i = 0; i < n; i += W) {  // behind the last lies what is masked
        const Lanes<W> k = Lanes<W>::load(keys + i);
        most = lane_max(k, most);
        least = lane_min(select(k > masked, k, Lanes<W>(-masked)), least);
      }
      low = least.min(), high = most.max();
    });
    return {low, high};
  }
};

/// The greatest key t such that the tokens with keys >= t weigh the target; minus infinity if all
/// together do not. Each token weighs one if `weights` is null. Behind the last key there is room for a register, of masked keys.
inline float select_key(const float* keys, const float* weights, int n, Fixed target) {
  constexpr int few = 256;
  if (n <= few) return select_by_bins(keys, weights, n, target);
  auto& work = scratch().work;
  work[0].room(n + block_size), work[1].room(n + block_size);
  Bracket bracket{keys, weights, n, target};
  for (int round = 0; bracket.n > few && round < 64; ++round) {
    Some& to = work[bracket.keys == work[0].keys.data()];
    if (bracket.keep_by_sample(to)) continue;
    // Where a sample does not tell, halve: every second time the key itself, else the bits of it.
    const auto [low, high] = bracket.range();
    const float middle = round % 2 == 0 ? 0.5f * low + 0.5f * high : unordered(ordered(low) + (ordered(high) - ordered(low) + 1) / 2);
    if (low == high) return bracket.keep(low, -masked, to) ? low : masked;
    if (!(middle > low)) break;
    if (!bracket.keep(middle, -masked, to) && !bracket.keep(low, middle, to)) return masked;
  }
  return select_by_bins(bracket.keys, bracket.weights, bracket.n, bracket.target);
}

}  // namespace tamis::simd::detail

#pragma GCC diagnostic pop
