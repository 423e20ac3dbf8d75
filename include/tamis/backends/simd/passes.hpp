#pragma once

/// \file passes.hpp
/// The passes over a row that everything else is made of: maxima, minimum, sums.

#include <bit>
#include <cstdint>

#include "../../core/fixed.hpp"
#include "../../core/row.hpp"
#include "dispatch.hpp"
#include "fixed_sum.hpp"
#include "lanes.hpp"
#include "select_key.hpp"
#include "view.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"  // registers are never passed between translation units

namespace tamis::simd::detail {

/// A row, and what the last pass over it has left in the scratch.
class Passes {
  template <class T>
  static constexpr char tag = 0;

 protected:
  static constexpr float infinity = __builtin_inff();

  explicit Passes(View view) : view_(view) {}

  /// Finds the blocks of which something is known.
  void mark_special() {
    const auto& facts = view_.facts;
    view_.special = nullptr;
    if (facts.few.empty() && !facts.bias && !facts.allowed) return;
    auto& special = detail::scratch().special;
    const bool all = view_.ids || facts.bias || facts.allowed;
    special.assign(static_cast<std::size_t>(view_.blocks()), all);
    if (!all)
      for (const auto& o : facts.few)
        if (o.id < view_.n) special[static_cast<std::size_t>(o.id / block_size)] = true;
    view_.special = special.data();
  }

  /// The maps of one draw differ in type, so that the type tells which was last surveyed.
  void forget() { surveyed_ = nullptr; }

  /// The greatest value of each block, and of all. The first time it also looks for what is no logit.
  template <class Map>
  float maxima(const Map& map) {
    if (surveyed_ == &tag<Map>) return top_;
    if (!surveyed_) mark_special();
    scratch().maxima.resize(static_cast<std::size_t>(view_.blocks()));
    if (checked_) find_maxima<false>(map);
    else find_maxima<true>(map);
    checked_ = true;
    surveyed_ = &tag<Map>;
    return top_;
  }

  template <bool Check, class Map>
  void find_maxima(const Map& map) {
    float* out = scratch().maxima.data();
    on_best([&, map = map]<int W>() {
      Lanes<W> most(masked);
      Mask<W> valid(true);
      const View view = view_;
      for (int b = 0; b < view.blocks(); ++b) {
        Lanes<W> even(masked), odd(masked);
        each_in<W>(view, b, [&](const auto& at) TAMIS_INLINE_LAMBDA {
          if constexpr (Check) valid = valid & (at.z < infinity);
          const Lanes<W> x = map(at);
          const auto next = lane_max(x, odd);
          odd = even, even = next;
        });
        even = lane_max(even, odd);
        out[b] = even.max();
        most = lane_max(even, most);
      }
      top_ = most.max();
      if constexpr (Check) invalid_ = bits_of(!valid) != 0;
    });
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

  /// The sums that are needed over all tokens, and the weight of each block.
  template <unsigned needs, class Map>
  Row::Sums sum(const Map& map, const Row& row) {
    Scratch& memory = scratch();
    memory.sums.resize(static_cast<std::size_t>(view_.blocks()));
    Fixed* out = memory.sums.data();
    const float top = top_;
    Row::Sums sums;
    on_best([&, map = map, row = row]<int W>() {
      constexpr bool heats = (needs & need_heat) != 0, spreads = (needs & need_spread) != 0;
      const View view = view_;
      Row::Sums all;
      for (int b = 0; b < view.blocks(); ++b) {
        if (memory.maxima[b] == masked || (!spreads && memory.maxima[b] < top - weightless)) {
          out[b] = 0;
          continue;
        }
        FixedSum<W> total, heat, first, second;
        each_in<W>(view, b, [&](const auto& at) TAMIS_INLINE_LAMBDA {
          const Lanes<W> z = map(at), w = row.weight(z);
          total.add(w);
          if constexpr (heats) heat.add(row.heat(z, w));
          if constexpr (spreads) {
            const Lanes<W> d = row.spread(z);
            first.add(d);
            second.add(d * d);
            all.live += static_cast<unsigned>(std::popcount(bits_of(z > masked)));
          }
        });
        all.total += out[b] = total.value();
        if constexpr (heats) all.heat += heat.value();
        if constexpr (spreads) all.first += first.value(), all.second += second.value();
      }
      sums = all;
    });
    return sums;
  }

  View view_;
  float top_ = masked;
  const void* surveyed_ = nullptr;  ///< the tag of the map whose maxima lie in the scratch
  bool checked_ = false;            ///< whether the logits have been looked at for NaN
  bool invalid_ = false;            ///< whether one was found
};

}  // namespace tamis::simd::detail

#pragma GCC diagnostic pop
