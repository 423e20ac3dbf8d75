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
  std::uint32_t n = 0, light = 0;

  /// e^-heavy is less than 2^-18, and 512 such weights less than 2^-9, so that 32 bits hold their sum in steps of 2^-40.
  static constexpr float heavy = 12.5f;

  TAMIS_INLINE void add(const Lanes<W>& w) {
    const auto a = w.v + magic_high;
    const auto b = (w.v - (a - magic_high)) + magic_low;
    high += (Words)a;
    low += (Words)b;
    ++n;
  }
  /// As above, of weights below e^-heavy alone.
  TAMIS_INLINE void add_light(const Lanes<W>& w) {
    low += (Words)(w.v + magic_low);
    ++light;
  }
  TAMIS_INLINE Fixed value() const {
    const Words h = high - n * std::bit_cast<std::uint32_t>(magic_high);
    const Words l = low - (n + light) * std::bit_cast<std::uint32_t>(magic_low);
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

/// The sum of numbers in [0, 1] in steps of 2^-20, and that of their squares, of a block.
template <int W>
struct SquareSum {
  using Words = typename Register<W>::Words;
  using Wide = typename Register<W>::Wide;
  Words steps{};
  Wide squares{};

  TAMIS_INLINE void add(const Lanes<W>& x) {
    const Words q = (Words)(x.v + magic_high) - std::bit_cast<std::uint32_t>(magic_high);
    steps += q;
    const Wide even = (Wide)q, odd = even >> 32;
    Wide a, b;
    detail::Isa<W>::multiply(even, even, a);
    detail::Isa<W>::multiply(odd, odd, b);
    squares += a + b;
  }
  TAMIS_INLINE std::uint64_t first() const {
    std::uint64_t sum = 0;
    for (int i = 0; i < W; ++i) sum += steps[i];
    return sum;
  }
  TAMIS_INLINE std::uint64_t second() const {
    std::uint64_t sum = 0;
    for (int i = 0; i < W / 2; ++i) sum += squares[i];
    return sum;
  }
};

}  // namespace tamis::simd

#pragma GCC diagnostic pop
