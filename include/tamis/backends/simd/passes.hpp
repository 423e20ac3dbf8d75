#pragma once

/// \file passes.hpp
/// The passes over a whole row that everything else is made of: maxima, minimum, sums.

#include <bit>
#include <concepts>
#include <cstdint>

#include "../../core/chain.hpp"
#include "../../core/fixed.hpp"
#include "../../core/row.hpp"
#include "dispatch.hpp"
#include "fixed_sum.hpp"
#include "lanes.hpp"
#include "scratch.hpp"
#include "view.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"  // registers are never passed between translation units

namespace tamis::simd::detail {

/// Whether a map changes nothing of a plain token.
template <class Map>
inline constexpr bool is_plain = std::same_as<Map, tamis::detail::Raw> || std::same_as<Map, ByLogit>;

/// A row, and what the last pass over it has left in the scratch.
class Passes {
  template <class T>
  static constexpr char tag = 0;

 protected:
  static constexpr float infinity = __builtin_inff();

  explicit Passes(View view) : view_(view) {}

  /// The maps of one draw differ in type, so that the type tells which was last looked through.
  template <class Map>
  static const void* tag_of(const Map&) {
    return &tag<Map>;
  }
  void forget() { surveyed_ = summed_ = gathered_ = nullptr; }

  /// Finds the blocks of which something is known.
  void mark_special() {
    const auto& facts = view_.facts;
    view_.special = nullptr;
    const bool all = !view_.ids && (facts.bias || facts.allowed);
    if (facts.few.empty() && !all) return;
    auto& special = scratch().special;
    special.assign(static_cast<std::size_t>(view_.blocks()), all);
    view_.special = special.data();
    if (all) return;
    for (const auto& o : facts.few) {
      const TokenId* ids = view_.ids;
      const int at = ids ? static_cast<int>(std::lower_bound(ids, ids + view_.n, o.id) - ids) : o.id;
      if (at < view_.n && view_.id(at) == o.id) special[static_cast<std::size_t>(at / block_size)] = true;
    }
  }

  /// The greatest value of each lane of each block, and of all. The first time it also looks for what is no logit; a row
  /// that holds such is as if all were masked.
  template <bool Least = false, class Map>
  float maxima(const Map& map) {
    if (surveyed_ == tag_of(map) && (!Least || bottom_known_)) return top_;
    if (invalid_) return masked;
    if (!surveyed_) mark_special();
    scratch().maxima.resize(static_cast<std::size_t>(view_.blocks()) * 16);
    if (checked_) find_maxima<false, Least>(map);
    else find_maxima<true, Least>(map);
    checked_ = true;
    surveyed_ = tag_of(map);
    bottom_known_ = Least;
    return top_;
  }

  template <bool Check, bool Least, class Map>
  void find_maxima(const Map& map) {
    on_best([&, map = map]<int W>() {
      float* out = scratch().maxima.data();
      Lanes<W> most(masked), least(infinity), check(0.0f), other_check(0.0f);
      const View view = view_;
      for (int b = 0; b < view.blocks(); ++b, out += W) {
        Lanes<W> even(masked), odd(masked);
        const bool special = view.special && view.special[b];
        const bool whole = is_plain<Map> && !special && (b + 1) * block_size <= view.n;
        if (whole && view.halves) {
          for (int i = b * block_size; i < (b + 1) * block_size; i += 2 * W) {
            const Lanes<W> p = view.template widened<W>(i), q = view.template widened<W>(i + W);
            odd = lane_max(p, odd), even = lane_max(q, even);
            if constexpr (Least) least = lane_min(lane_min(p, q), least);
            if constexpr (Check) check = check + (p + q);
          }
        } else if (whole) {
          const float* const z = view.z + b * block_size;
          for (int i = 0; i < block_size; i += 4 * W) {
            Lanes<W> p = Lanes<W>::load(z + i), q = Lanes<W>::load(z + i + W);
            Lanes<W> r = Lanes<W>::load(z + i + 2 * W), s = Lanes<W>::load(z + i + 3 * W);
            Isa<W>::settle(p.v), Isa<W>::settle(q.v), Isa<W>::settle(r.v), Isa<W>::settle(s.v);  // read once
            odd = lane_max(lane_max(p, q), odd), even = lane_max(lane_max(r, s), even);
            if constexpr (Least) least = lane_min(lane_min(lane_min(p, q), lane_min(r, s)), least);
            if constexpr (Check) check = check + ((p + q) + (r + s));
          }
        } else {
          if (Check && special) {  // the patch hides what is not allowed
            const int count = std::min(block_size, view.n - b * block_size);
            float* const widened = view.halves ? scratch().noise : nullptr;
            if (widened) copy_logits(view, b * block_size, count, widened);
            const float* const z = widened ? widened : view.z + b * block_size;
            int i = 0;
            for (; i + 2 * W <= count; i += 2 * W) check = check + (Lanes<W>::load(z + i) + Lanes<W>::load(z + i + W));
            for (; i < count; ++i) check = check + Lanes<W>(z[i]);
          }
          each_in<W>(view, b, [&](const auto& at) TAMIS_INLINE_LAMBDA {
            if (Check && !special) {  // in turns, so that no sum waits for the one before
              const auto checked = other_check + at.z;
              other_check = check, check = checked;
            }
            const Lanes<W> x = map(at);
            if constexpr (Least) least = lane_min(x, least);
            const auto next = lane_max(x, odd);
            odd = even, even = next;
          });
        }
        even = lane_max(even, odd);
        even.store(out);
        most = lane_max(even, most);
      }
      top_ = most.max();
      if constexpr (Least) bottom_ = least.min();
      if (Check && bits_of(!(check + other_check < infinity))) look_closely();
    });
  }

  /// Whether a logit is no number, or infinity: a sum of all has said that one may be, or that the sum is too great.
  [[gnu::noinline]] void look_closely() {
    for (int i = 0; i < view_.n; ++i)
      if (!(view_.logit(i) < infinity)) invalid_ = true;
    if (!invalid_) return;
    top_ = masked;
    std::fill(scratch().maxima.begin(), scratch().maxima.end(), masked);
  }

  /// The least value that is not masked.
  template <class Map>
  float minimum(const Map& map) {
    float least = infinity;
    on_best([&, map = map]<int W>() {
      Lanes<W> all(infinity);
      const View view = view_;
      for (int b = 0; b < view.blocks(); ++b)
        each_in<W>(view, b, [&](const auto& at) TAMIS_INLINE_LAMBDA {
          const Lanes<W> z = map(at);
          all = lane_min(select(z > masked, z, Lanes<W>(infinity)), all);
        });
      least = all.min();
    });
    return least;
  }

  /// Whether a block may hold a value as great as this, by the maxima.
  template <int W>
  TAMIS_INLINE static bool reaches(const float* maxima, int block, float value) {
    return bits_of(Lanes<W>::load(maxima + block * W) >= Lanes<W>(value)) != 0;
  }

  /// The sums that are needed over all tokens, and the weight of each block.
  template <unsigned needs, class Map>
  Row::Sums sum(const Map& map, const Row& row) {
    Scratch& memory = scratch();
    memory.sums.resize(static_cast<std::size_t>(view_.blocks()));
    Row::Sums sums;
    if (top_ == masked) return sums;
    on_best([&, map = map, row = row]<int W>() {
      constexpr bool heats = (needs & need_heat) != 0, spreads = (needs & need_spread) != 0;
      constexpr bool weighs = (needs & (need_total | need_heat)) != 0;
      const View view = view_;
      const float top = top_;
      const bool all_live = bottom_ > -1e37f && top < 1e37f;
      const float* maxima = memory.maxima.data();
      Row::Sums all;
      for (int b = 0; b < view.blocks(); ++b) {
        memory.sums[b] = 0;
        const bool weighty = weighs && reaches<W>(maxima, b, top - weightless);
        if (!spreads && !weighty) continue;
        const bool light = !reaches<W>(maxima, b, top - FixedSum<W>::heavy);
        FixedSum<W> total, heat;
        SquareSum<W> spread;
        each_in<W>(view, b, [&](const auto& at) TAMIS_INLINE_LAMBDA {
          const Lanes<W> z = map(at);
          if (weighs && weighty) {
            const Lanes<W> w = row.weight(z);
            if (light) total.add_light(w);
            else total.add(w);
            if constexpr (heats) heat.add(row.heat(z, w));
          }
          if constexpr (spreads) {
            if (all_live) {
              spread.add(row.live_spread(z, magic_high));
            } else {
              spread.add(row.spread(z) + Lanes<W>(magic_high));
              all.live += static_cast<unsigned>(std::popcount(bits_of(z > masked)));
            }
          }
        });
        all.total += memory.sums[b] = total.value();
        if constexpr (heats) all.heat += heat.value();
        if constexpr (spreads) all.first += spread.first(), all.second += spread.second();
      }
      if (spreads && all_live) all.live = static_cast<std::uint64_t>(view.n);
      sums = all;
    });
    return sums;
  }

  View view_;
  float top_ = masked, bottom_ = masked;
  const void* surveyed_ = nullptr;  ///< the tag of the map whose maxima lie in the scratch
  const void* summed_ = nullptr;    ///< that of the map whose sums do
  const void* gathered_ = nullptr;  ///< that of the map and key of which the front lies there
  Fixed total_ = 0;
  float gathered_from_ = masked;    ///< from which key on
  bool bottom_known_ = false;       ///< whether bottom_ is the least value of that map
  bool checked_ = false;  ///< whether the logits have been looked at for NaN
  bool invalid_ = false;  ///< whether one was found
};

}  // namespace tamis::simd::detail

#pragma GCC diagnostic pop
