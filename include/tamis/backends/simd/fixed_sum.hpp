#pragma once

/// \file fixed_sum.hpp
/// Sums of weights as integers, a register at a time.

#include <bit>
#include <cstdint>
#include <cstring>

#include "../../core/fixed.hpp"
#include "lanes.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"  // registers are never passed between translation units

namespace tamis::simd {

/// A sum of weights in [0, 1] as integers, up to 2^11 registers of them.
template <int W>
struct FixedSum {
  using Words = typename Register<W>::Words;
  Words high{}, low{};
  std::uint32_t n = 0;

  TAMIS_INLINE void add(const Lanes<W>& w) {
    const auto a = w.v + magic_high;
    const auto b = (w.v - (a - magic_high)) + magic_low;
    high += (Words)a;
    low += (Words)b;
    ++n;
  }
  TAMIS_INLINE Fixed value() const {
    const Words h = high - n * std::bit_cast<std::uint32_t>(magic_high), l = low - n * std::bit_cast<std::uint32_t>(magic_low);
    return (across<W>(h) << 20) + across<W>(l);
  }

 private:
  /// The lanes together fit in 32 bits for as many registers as a block has.
  template <int V>
  TAMIS_INLINE static std::uint64_t across(const typename Register<V>::Words& x) {
    if constexpr (V > 4) {
      typename Register<V / 2>::Words half[2];
      std::memcpy(half, &x, sizeof x);
      return across<V / 2>(half[0] + half[1]);
    } else {
      return static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(x[0] + x[1] + x[2] + x[3])});
    }
  }
};

}  // namespace tamis::simd

#pragma GCC diagnostic pop
