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

  /// Where light weights begin: 2^40 e^-heavy, once for each register of a block, fits in 32 bits.
  static constexpr float heavy = W == 16 ? 9.1f : W == 8 ? 9.8f : 10.5f;

  TAMIS_INLINE void add(const Lanes<W>& w) {
    const auto a = w.v + magic_high;
    const auto b = (w.v - (a - magic_high)) + magic_low;
    high += (Words)a;
    low += (Words)b;
    ++n;
  }
  /// As above, where all weights are below e^-heavy.
  TAMIS_INLINE void add_light(const Lanes<W>& w) {
    typename Register<W>::Ints steps;
    detail::Isa<W>::to_nearest((w * Lanes<W>(0x1p40f)).v, steps);
    low += (Words)steps;
  }
  TAMIS_INLINE Fixed value() const {
    if (n == 0) return across_light();
    const Words h = high - n * std::bit_cast<std::uint32_t>(magic_high);
    const Words l = low - n * std::bit_cast<std::uint32_t>(magic_low);
    return (across<W>(h) << 20) + across<W>(l);
  }

 private:
  TAMIS_INLINE Fixed across_light() const {
    using Wide = typename Register<W>::Wide;
    const Wide both = ((Wide)low & 0xffffffffu) + ((Wide)low >> 32);
    Fixed sum = 0;
    for (int i = 0; i < W / 2; ++i) sum += both[i];
    return sum;
  }

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
  std::uint32_t n = 0;

  /// What the integers below begin at: the bits of a number in [12, 13] are steps from those of 12. It is taken off the
  /// sums in the end, all of which are true modulo their width.
  static constexpr std::uint64_t zero = std::bit_cast<std::uint32_t>(magic_high);

  /// \param x  the number plus magic_high
  TAMIS_INLINE void add(const Lanes<W>& x) {
    const Words q = (Words)x.v;
    steps += q;
    const Wide even = (Wide)q, odd = even >> 32;
    Wide a, b;
    detail::Isa<W>::multiply(even, even, a);
    detail::Isa<W>::multiply(odd, odd, b);
    squares += a + b;
    ++n;
  }
  TAMIS_INLINE std::uint64_t first() const {
    const Words from_zero = steps - n * static_cast<std::uint32_t>(zero);
    std::uint64_t sum = 0;
    for (int i = 0; i < W; ++i) sum += from_zero[i];
    return sum;
  }
  TAMIS_INLINE std::uint64_t second() const {
    const Wide all = squares;  // a copy, lest the sum itself lie in memory to be counted through
    std::uint64_t sum = 0;
    for (int i = 0; i < W / 2; ++i) sum += all[i];
    sum -= 2 * zero * first() + zero * zero * W * n;
    return sum;
  }
};

}  // namespace tamis::simd

#pragma GCC diagnostic pop
