#pragma once

/// \file shard_passes.hpp
/// The passes over the tokens of one rank that the vector backend makes in other words, or not at all.

#include <bit>
#include <cstddef>
#include <utility>

#include "../backends/simd/front.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"  // registers are never passed between translation units

namespace tamis::sharded::detail {

using namespace tamis::simd;
using namespace tamis::simd::detail;

/// A row of simd, whose tokens have ids that need not begin at 0.
class ShardPasses : protected simd::detail::Fronts {
 protected:
  using Fronts::Fronts;

  /// The token with the greatest score, which is known, and the least id; and its logit.
  template <class Map, class Score>
  std::pair<TokenId, float> first_with(const Map& map, const Score& score, float most) {
    std::pair<TokenId, float> best{-1, masked};
    maxima(composed(map, score));
    on_best([&, map = map, score = score]<int W>() {
      const float* maxima = scratch().maxima.data();
      int block = 0;
      while (!reaches<W>(maxima, block, most)) ++block;
      each_in<W>(view_, block, [&](const auto& at) TAMIS_INLINE_LAMBDA {
        const Lanes<W> z = map(at);
        if (const auto hits = bits_of(score(at.with(z)) == most)) {
          const int lane = std::countr_zero(hits);
          const TokenId id = at.ids()[lane];
          if (best.first < 0 || id < best.first) best = {id, z[lane]};
        }
      });
    });
    return best;
  }

  /// Calls sink(id, logit) for each token that is not masked, ids ascending.
  template <class Map, class Sink>
  void each_live(const Map& map, Sink& sink) {
    if (!surveyed_) mark_special();
    on_best([&, map = map]<int W>() {
      for (int b = 0; b < view_.blocks(); ++b)
        each_in_order<W>(view_, b, map, [&](int first, const Lanes<W>& z) TAMIS_INLINE_LAMBDA {
          for (auto live = bits_of(z > masked); live; live &= live - 1) {
            const int lane = std::countr_zero(live);
            sink(view_.id(first + lane), z[lane]);
          }
        });
    });
  }

  /// The token up to which the tokens weigh so much, in the order of ids, after a sum of the weights.
  template <class Map>
  Choice at_weight(const Map& map, const Row& row, Fixed left) {
    Choice choice;
    const auto& sums = scratch().sums;
    int block = 0;
    while (sums[static_cast<std::size_t>(block)] < left) left -= sums[static_cast<std::size_t>(block++)];
    on_best([&, map = map]<int W>() {
      each_in_order<W>(view_, block, map, [&](int first, const Lanes<W>& z) TAMIS_INLINE_LAMBDA {
        if (choice.token >= 0) return;
        const Lanes<W> weights = row.weight(z);
        for (int i = 0; i < W; ++i) {
          const Fixed one = to_fixed(weights[i]);
          if (one >= left) {
            choice = {view_.id(first + i), z[i], row.surprise(Number(z[i])).value};
            return;
          }
          left -= one;
        }
      });
    });
    return choice;
  }

  /// The keys and weights of the tokens that weigh something.
  template <class Map, class Key, class Weight>
  void weigh(const Map& map, const Key& key, const Weight& weight, Some& some) {
    if (!surveyed_) mark_special();
    some.room(view_.n + 2 * block_size);
    on_best([&, map = map, key = key, weight = weight]<int W>() {
      static_cast<void>(key), static_cast<void>(weight);  // some orders and weights need no asking
      const View view = view_;
      int n = 0;
      const auto put = [&](int, const Lanes<W>& z, const Lanes<W>& k, const Lanes<W>& w) TAMIS_INLINE_LAMBDA {
        const auto bits = bits_of((w > 0.0f) & (z > masked));
        if (!bits) return;
        Isa<W>::compress(k.v, bits, some.keys.data() + n);
        Isa<W>::compress(w.v, bits, some.weights.data() + n);
        n += std::popcount(bits);
      };
      for (int b = 0; b < view.blocks(); ++b) each_in_order<W>(view, b, map, put, key, weight);
      Lanes<W>(masked).store(some.keys.data() + n), Lanes<W>(0.0f).store(some.weights.data() + n);
      some.n = n;
    });
  }

  /// The tokens with keys from `cut` up, side by side; `out` may hold the row itself, for it is read before it is written.
  template <class Map, class Key>
  void keep(const Map& map, const Key& key, float cut, Some& out) {
    if (!surveyed_) mark_special();
    if (out.z.data() != view_.z) out.room(view_.n + 2 * block_size);
    on_best([&, map = map, key = key, cut = cut]<int W>() {
      const float* maxima = surveyed_ == tag_of(composed(map, key)) ? scratch().maxima.data() : nullptr;
      const View view = view_;
      int n = 0;
      const Lanes<W> from(cut);
      const auto put = [&](int first, const Lanes<W>& z, const Lanes<W>& k) TAMIS_INLINE_LAMBDA {
        const auto bits = bits_of((k >= from) & (z > masked));
        if (!bits) return;
        compress(z, view.template ids_at<W>(first), bits, out.z.data() + n, out.ids.data() + n);
        n += std::popcount(bits);
      };
      for (int b = 0; b < view.blocks(); ++b)
        if (!maxima || reaches<W>(maxima, b, cut)) each_in_order<W>(view, b, map, put, key);
      out.n = n;
    });
  }
};

}  // namespace tamis::sharded::detail

#pragma GCC diagnostic pop
