#pragma once

/// \file front.hpp
/// Where a truncation cuts: the front of an order is gathered, and the cut selected in it.
///
/// Where the front may end is guessed, from the maxima or from a sample. A guess costs no answer: what has been gathered is
/// weighed in integers, and a guess that was wrong is made again.

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstdint>

#include "../../core/executor.hpp"
#include "passes.hpp"
#include "select_key.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"  // registers are never passed between translation units

namespace tamis::simd::detail {

class Fronts : protected Passes {
 protected:
  using Passes::Passes;

  template <class Map, class Key>
  static auto composed(const Map& map, const Key& key) {
    if constexpr (std::same_as<Key, ByLogit>) return map;
    else return tamis::detail::Then<Map, Key>{map, key};
  }

  /// The sums of a row that has been surveyed, unless they are known.
  template <unsigned needs, class Map>
  Row::Sums sums(const Map& map, const Row& row) {
    if (needs == need_total && summed_ == tag_of(map) && surveyed_ == summed_) return {.total = total_};
    const Row::Sums all = sum<needs>(map, row);
    summed_ = tag_of(map), total_ = all.total;
    return all;
  }

  /// The greatest key such that the tokens from it up weigh the quota; minus infinity if all together do not.
  template <class Map, class Key, class Weight>
  float find_cut(const Map& map, const Key& key, const Weight& weight, Quota quota) {
    auto& some = scratch().some;
    if constexpr (std::same_as<Weight, One>) {
      const Fixed target = quota.target(0);
      if (maxima(composed(map, key)) == masked) return masked;
      gather(map, key, weight, key_above_count(quota.count));
      return select_key(keys_of<Key>(), nullptr, some.n, target);
    } else if constexpr (std::same_as<Weight, Mass<Row>>) {
      const Fixed total = weight.row.total(), target = quota.target(total);
      if (target > total) return masked;
      const auto select = [&](Fixed wanted) { return select_key(keys_of<Key>(), some.weights.data(), some.n, wanted); };
      if constexpr (std::same_as<Key, ByLogit>) {
        maxima(map);
        const float low = key_above_mass(weight.row, target);
        if (low > masked && gather(map, key, weight, low) >= target) return select(target);
      }
      const auto [low, high] = guess(map, key, weight.row, total - target);
      if (low > masked && gather(map, key, weight, low) >= target) return select(target);
      if (high < infinity) {
        const Fixed above = total - gather(map, key, weight, masked, high);
        if (above < target) return select(target - above);
      }
      gather(map, key, weight, masked);
      return select(target);
    } else {
      if (maxima(map) == masked) return masked;
      const Fixed total = gather(map, key, weight, masked);
      const Fixed target = quota.target(total);
      return target > total ? masked : select_key(keys_of<Key>(), some.weights.data(), some.n, target);
    }
  }

  /// Sifts what has been gathered by the key.
  template <bool ByLogits>
  void sift(float cut, Some& out) {
    const Some& some = scratch().some;
    out.room(some.n + 2 * block_size);
    on_best([&]<int W>() {
      int n = 0;
      for (int i = 0; i < some.n; i += W) {
        const Lanes<W> z = Lanes<W>::load(some.z.data() + i);
        const std::uint32_t there = i + W <= some.n ? ~0u : (1u << (some.n - i)) - 1;
        const auto bits = there & bits_of((ByLogits ? z : Lanes<W>::load(some.keys.data() + i)) >= Lanes<W>(cut));
        compress(z, Ints<W>::load(some.ids.data() + i), bits, out.z.data() + n, out.ids.data() + n);
        n += std::popcount(bits);
      }
      out.n = n;
    });
  }

 private:
  template <class Key>
  static const float* keys_of() {
    return std::same_as<Key, ByLogit> ? scratch().some.z.data() : scratch().some.keys.data();
  }

  /// A key that at least so many tokens reach: each maximum is a token of its own.
  float key_above_count(std::uint32_t count) {
    Scratch& memory = scratch();
    const int blocks = view_.blocks();
    if (count > static_cast<std::uint32_t>(blocks)) {
      const int lanes = blocks * width;
      if (blocks < 8 || count > static_cast<std::uint32_t>(lanes) / 2) return masked;
      memory.sample.room(lanes + block_size);
      std::copy_n(memory.maxima.data(), lanes, memory.sample.keys.data());
      std::fill_n(memory.sample.keys.data() + lanes, 16, masked);
      return select_key(memory.sample.keys.data(), nullptr, lanes, unit * count);
    }
    memory.greatest.resize(static_cast<std::size_t>(blocks) + 16);
    on_best([&]<int W>() {
      for (int b = 0; b < blocks; ++b) memory.greatest[b] = Lanes<W>::load(memory.maxima.data() + b * W).max();
      Lanes<W>(masked).store(memory.greatest.data() + blocks);
    });
    return select_key(memory.greatest.data(), nullptr, blocks, unit * count);
  }

  /// A key such that the maxima from it up weigh the target; minus infinity if they all do not. By halving, in floats.
  float key_above_mass(const Row& row, Fixed target) {
    float found = masked;
    const float wanted = to_float(target) * 1.00001f;
    auto& sample = scratch().sample;
    sample.room(view_.blocks() * 16 + block_size);
    on_best([&, row = row]<int W>() {
      const int n = view_.blocks() * W;
      const float* maxima = scratch().maxima.data();
      float* weights = sample.weights.data();
      Lanes<W> all(0.0f);
      for (int i = 0; i < n; i += W) {
        const Lanes<W> w = row.weight(Lanes<W>::load(maxima + i));
        w.store(weights + i);
        all = all + w;
      }
      if (all.sum() < wanted) return;
      float low = top_ - weightless, high = top_;
      for (int step = 0; step < 9; ++step) {
        const float middle = 0.5f * (low + high);
        Lanes<W> sum(0.0f);
        for (int i = 0; i < n; i += W)
          sum = sum + select(Lanes<W>::load(maxima + i) >= Lanes<W>(middle), Lanes<W>::load(weights + i), Lanes<W>(0.0f));
        (sum.sum() >= wanted ? low : high) = middle;
      }
      found = low;
    });
    return found;
  }

  /// Where the front may be gathered from, or up to where the back.
  struct Ends {
    float low = masked, high = infinity;
  };

  /// Guesses from a sample of one token in sixteen, and of all that weigh a 64th of the whole, given how much the cut leaves
  /// over: the front is taken a third of that further down, or, if it is most of the row, the back a third of that further up.
  template <class Map, class Key>
  Ends guess(const Map& map, const Key& key, const Row& row, Fixed rest) {
    auto& sample = scratch().sample;
    const int blocks = view_.blocks();
    if (blocks < 16) return {};
    sample.room(blocks * 32 + block_size);
    Fixed sampled = 0;
    double share = 0;  // of the row that is sampled
    const bool surveyed = surveyed_ == tag_of(map);
    on_best([&, map = map, key = key, row = row]<int W>() {
      float *const keys = sample.keys.data(), *const weights = sample.weights.data();
      const Lanes<W> heavy(surveyed ? to_float(row.total()) / 64 : infinity);
      int n = 0;
      for (int b = 0; b < blocks - 1; ++b) {
        const int at = b * block_size + b % (block_size / (2 * W)) * 2 * W;
        const View some = view_.part(at, 2 * W);
        FixedSum<W> sum;
        each_in<W>(some, 0, [&](const auto& site) TAMIS_INLINE_LAMBDA {
          const auto seen = site.with(map(site));
          Lanes<W> w = row.weight(seen.logit());
          w = select(w < heavy, w, Lanes<W>(0.0f));
          sum.add(w);
          key(seen).store(keys + n), w.store(weights + n);
          n += W;
        });
        sampled += sum.value();
      }
      share = static_cast<double>(n) / view_.n;
      for (int b = 0; surveyed && b < blocks; ++b) {
        if (!bits_of(row.weight(Lanes<W>::load(scratch().maxima.data() + b * W)) >= heavy)) continue;
        FixedSum<W> sum;
        each_in_order<W>(view_, b, map, [&](int, const Lanes<W>& z, const Lanes<W>& k) TAMIS_INLINE_LAMBDA {
          const Lanes<W> w = row.weight(z);
          const auto bits = bits_of(w >= heavy);
          if (!bits) return;
          const Lanes<W> counted = w * Lanes<W>(static_cast<float>(share));
          sum.add(select(w >= heavy, counted, Lanes<W>(0.0f)));
          compress(k, counted, bits, keys + n, weights + n);
          n += std::popcount(bits);
        }, key);
        sampled += sum.value();
      }
      Lanes<W>(masked).store(keys + n);
      sample.n = n;
    });
    const double part = static_cast<double>(rest) * share;
    const auto key_above_all_but = [&](double left) {
      const double wanted = static_cast<double>(sampled) - left;
      return wanted < 1 ? masked : select_key(sample.keys.data(), sample.weights.data(), sample.n, static_cast<Fixed>(wanted));
    };
    const float low = key_above_all_but(0.65 * part);
    if (low == masked) return {};
    int above = 0;
    for (int i = 0; i < sample.n; ++i) above += sample.keys[i] >= low;
    if (2 * above < sample.n) return {.low = low};
    const float high = key_above_all_but(1.35 * part);
    return {.high = high > masked ? high : infinity};
  }

  /// Gathers the tokens with keys from `low` up to `high` that weigh something, in their order, and says what they weigh.
  template <class Map, class Key, class Weight>
  Fixed gather(const Map& map, const Key& key, const Weight& weight, float low, float high = infinity) {
    constexpr bool by_logit = std::same_as<Key, ByLogit>, counts = std::same_as<Weight, One>, weighs = std::same_as<Weight, Mass<Row>>;
    Scratch& memory = scratch();
    Some& some = memory.some;
    some.room(view_.n + 2 * block_size);
    if (!surveyed_) mark_special();
    const bool skips = surveyed_ == tag_of(composed(map, key)) && low > masked;
    Fixed total = 0;
    on_best([&, map = map, key = key, weight = weight, low = low, high = high]<int W>() {
      static_cast<void>(key), static_cast<void>(weight);  // some orders and weights need no asking
      const View view = view_;
      float *const z_to = some.z.data(), *const keys_to = some.keys.data();
      std::int32_t* const ids_to = some.ids.data();
      const Lanes<W> from(by_logit ? std::max(low, -greatest) : low), until(high);
      const bool is_front = high == infinity;
      int n = 0;
      [[maybe_unused]] std::uint32_t dense = 0;  // joined with the bits, so that where it is set no branch depends on them
      const auto put = [&](int first, const Lanes<W>& z, const Lanes<W>& k, std::uint32_t bits) TAMIS_INLINE_LAMBDA {
        Isa<W>::compress(z.v, bits, z_to + n);
        if (is_front) Isa<W>::compress(view.template ids_at<W>(first).v, bits, ids_to + n);  // for sift()
        if constexpr (!by_logit) Isa<W>::compress(k.v, bits, keys_to + n);
      };
      for (int b = 0; b < view.blocks(); ++b) {
        if (skips && !reaches<W>(memory.maxima.data(), b, low)) continue;
        if constexpr (counts || weighs) {
          const auto take = [&](int first, const Lanes<W>& z, const Lanes<W>& k) TAMIS_INLINE_LAMBDA {
            Mask<W> stays = (k >= from) & (k < until);
            if constexpr (!by_logit) stays = stays & (z > masked);
            const auto bits = bits_of(stays);
            if (!(bits | dense)) return;
            put(first, z, k, bits);
            n += std::popcount(bits);
          };
          const int before = n;
          if constexpr (by_logit) each_in_order<W>(view, b, map, [&](int first, const Lanes<W>& z) TAMIS_INLINE_LAMBDA { take(first, z, z); });
          else each_in_order<W>(view, b, map, take, key);
          dense = n - before >= few_in_a_block;
        } else {
          each_in_order<W>(view, b, map, [&](int first, const Lanes<W>& z, const Lanes<W>& k, const Lanes<W>& w) TAMIS_INLINE_LAMBDA {
            const auto bits = bits_of((w > 0.0f) & (z > masked));
            if (!bits) return;
            put(first, z, k, bits);
            Isa<W>::compress(w.v, bits, some.weights.data() + n);
            n += std::popcount(bits);
          }, key, weight);
        }
      }
      Lanes<W>(masked).store(some.z.data() + n);
      if constexpr (!by_logit) Lanes<W>(masked).store(some.keys.data() + n);
      if constexpr (!counts) {
        if constexpr (!weighs) Lanes<W>(0.0f).store(some.weights.data() + n);
        for (int begin = 0; begin < n; begin += block_size) {
          FixedSum<W> sum;
          for (int i = begin; i < std::min(begin + block_size, n); i += W) {
            if constexpr (weighs) weight.row.weight(Lanes<W>::load(some.z.data() + i)).store(some.weights.data() + i);
            sum.add(Lanes<W>::load(some.weights.data() + i));
          }
          total += sum.value();
        }
      }
      some.n = n;
    });
    gathered_ = high == infinity && (counts || weighs) ? tag_of(composed(map, key)) : nullptr;
    gathered_from_ = low;
    return total;
  }
};

}  // namespace tamis::simd::detail

#pragma GCC diagnostic pop
