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

/// The least and the greatest of the keys that are not masked; behind the last one lies a register of masked keys.
template <int W>
TAMIS_INLINE std::pair<float, float> ends_of(const float* keys, int n) {
  Lanes<W> least(-masked), most(masked);
  for (int i = 0; i < n; i += W) {
    const Lanes<W> key = Lanes<W>::load(keys + i);
    most = lane_max(key, most);
    least = lane_min(select(key > masked, key, Lanes<W>(-masked)), least);
  }
  return {least.min(), most.max()};
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
    on_best([&, keys = keys, weights = weights, n = n]<int W>() {
      float *const keys_to = to.keys.data(), *const weights_to = to.weights.data();
      const Lanes<W> from(std::max(low, -greatest)), until(high), nothing(0.0f);
      int count = 0;
      for (int begin = 0; begin < n; begin += block_size) {
        FixedSum<W> over;
        for (int i = begin; i < std::min(begin + block_size, n); i += W) {
          const Lanes<W> k = Lanes<W>::load(keys + i), w = weights ? Lanes<W>::load(weights + i) : Lanes<W>(1.0f);
          over.add(select(k >= until, w, nothing));
          const auto bits = bits_of((k >= from) & (k < until));
          if (!bits) continue;
          compress(k, w, bits, keys_to + count, weights_to + count);
          count += std::popcount(bits);
        }
        above += over.value();
      }
      Lanes<W>(masked).store(keys_to + count);
      nothing.store(weights_to + count);
      for (int begin = 0; begin < count; begin += block_size) {
        FixedSum<W> inside;
        for (int i = begin; i < std::min(begin + block_size, count); i += W) inside.add(Lanes<W>::load(weights_to + i));
        between += inside.value();
      }
      to.n = count;
    });
    if (above >= target || above + between < target) return false;
    keys = to.keys.data(), weights = to.weights.data(), n = to.n, target -= above;
    return true;
  }

  /// Two keys between which the target is reached, found by quartering over sums in floats: of all, or of a sample of some
  /// thousand, which may be wrong by two hundredths of the whole.
  bool keep_by_quartering(Some& to) {
    constexpr int sampled = 4096, rounds = 5;
    float low = masked, high = -masked;
    on_best([&, keys = keys, weights = weights, n = n]<int W>() {
      const int stride = W * std::max(1, n / sampled);
      float sample[2][2 * sampled];
      const float *k = keys, *w = weights;
      int end = n;
      float share = 1.0f, slack = 1e-6f * to_float(target);
      if (stride > W) {
        Lanes<W> all(0.0f), some(0.0f);
        end = 0;
        for (int i = 0; i < n; i += stride, end += W) {
          const Lanes<W> weight = weights ? Lanes<W>::load(weights + i) : Lanes<W>(1.0f);
          Lanes<W>::load(keys + i).store(sample[0] + end), weight.store(sample[1] + end);
          some = some + weight;
        }
        k = sample[0], w = sample[1];
        if (weights)
          for (int i = 0; i < n; i += W) all = all + Lanes<W>::load(weights + i);
        const float whole = weights ? all.sum() : static_cast<float>(n);
        share = some.sum() / whole, slack = 0.02f * whole;
      }
      using Ends = std::pair<float, float>;
      const auto [bottom, top] = ends_of<W>(k, end);
      const auto quarter = [&](float wanted, Ends ends) TAMIS_INLINE_LAMBDA {
        for (int round = 0; round < rounds; ++round) {
          const float step = 0.25f * ends.second - 0.25f * ends.first;
          const float middle[3] = {ends.first + step, ends.first + 2 * step, ends.first + 3 * step};
          const Lanes<W> a(middle[0]), b(middle[1]), c(middle[2]), nothing(0.0f);
          Lanes<W> from_a(0.0f), from_b(0.0f), from_c(0.0f);
          for (int i = 0; i < end; i += W) {
            const Lanes<W> key = Lanes<W>::load(k + i), weight = w ? Lanes<W>::load(w + i) : Lanes<W>(1.0f);
            from_a = from_a + select(key >= a, weight, nothing);
            from_b = from_b + select(key >= b, weight, nothing);
            from_c = from_c + select(key >= c, weight, nothing);
          }
          if (from_c.sum() >= wanted) ends = {middle[2], ends.second};
          else if (from_b.sum() >= wanted) ends = {middle[1], middle[2]};
          else if (from_a.sum() >= wanted) ends = {middle[0], middle[1]};
          else ends.second = middle[0];
        }
        return ends;
      };
      const Ends lower = quarter((to_float(target) + slack) * share, {bottom, top});
      const Ends upper = stride > W ? quarter((to_float(target) - slack) * share, {lower.first, top}) : lower;
      if (lower.first > bottom) low = lower.first;
      if (upper.second < top) high = upper.second;
    });
    return keep(low, high, to);
  }

  /// The least and the greatest key.
  std::pair<float, float> range() const {
    std::pair<float, float> ends;
    on_best([&]<int W>() { ends = ends_of<W>(keys, n); });
    return ends;
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
    const int before = bracket.n;
    const auto next = [&]() -> Some& { return work[bracket.keys == work[0].keys.data()]; };
    if (bracket.keep_by_quartering(next()) && bracket.n <= before / 2) continue;
    // Where that does not tell, halve in integers: every second time the key itself, else the bits of it.
    Some& to = next();
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
