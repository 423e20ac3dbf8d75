#pragma once

/// \file lanes.hpp
/// Registers of any width that behave as numbers.

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "../../core/math.hpp"
#include "../../core/number.hpp"
#include "isa.hpp"

#if defined(__clang__)
#define TAMIS_INLINE_LAMBDA __attribute__((always_inline))
#else
#define TAMIS_INLINE_LAMBDA
#endif

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"  // registers are never passed between translation units

namespace tamis::simd {

template <int W>
struct Lanes;

// The copy constructors below are written out so that the types are passed in memory, wherever a call
// is not inlined: how a bare register is passed depends on the instruction set of each function.

/// What is known to be nothing when the program is compiled.
struct Zero {};

/// A register of integers.
template <int W>
struct Ints {
  using Bits = typename Register<W>::Ints;
  Bits v;

  TAMIS_INLINE Ints() {}
  TAMIS_INLINE Ints(const Ints& other) : v(other.v) {}

  TAMIS_INLINE static Ints load(const std::int32_t* from) {
    Ints r;
    std::memcpy(&r.v, from, sizeof r.v);
    return r;
  }
  TAMIS_INLINE static Ints from(std::int32_t first) {
    alignas(64) static constexpr std::int32_t lane[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    Ints r = load(lane);
    r.v += first;
    return r;
  }
  TAMIS_INLINE void store(std::int32_t* to) const { std::memcpy(to, &v, sizeof v); }
  TAMIS_INLINE std::int32_t operator[](int i) const { return v[i]; }
};

/// A register of conditions that behave as one.
template <int W>
struct Mask {
  using Isa = detail::Isa<W>;
  typename Isa::Bits bits;

  TAMIS_INLINE Mask() {}
  TAMIS_INLINE Mask(const Mask& other) : bits(other.bits) {}
  TAMIS_INLINE Mask(bool yes) { Isa::all(yes, bits); }
  TAMIS_INLINE Mask(Flag yes) : Mask(yes.value) {}
  TAMIS_INLINE Mask& operator=(const Mask& other) { return bits = other.bits, *this; }

  TAMIS_INLINE friend Mask operator&(const Mask& a, const Mask& b) {
    Mask r;
    Isa::both(a.bits, b.bits, r.bits);
    return r;
  }
  TAMIS_INLINE friend Mask operator|(const Mask& a, const Mask& b) {
    Mask r;
    Isa::either(a.bits, b.bits, r.bits);
    return r;
  }
  TAMIS_INLINE friend Mask operator!(const Mask& a) {
    Mask r;
    Isa::neither(a.bits, r.bits);
    return r;
  }
  TAMIS_INLINE friend Lanes<W> lane_select(const Mask& m, const Lanes<W>& a, const Lanes<W>& b) {
    Lanes<W> r;
    Isa::select(m.bits, a.v, b.v, r.v);
    return r;
  }
};

/// A register of floats that behave as one.
template <int W>
struct Lanes {
  using Bits = typename Register<W>::Floats;
  using Words = typename Register<W>::Words;
  Bits v;

  TAMIS_INLINE Lanes() {}
  TAMIS_INLINE Lanes(const Lanes& other) : v(other.v) {}
  TAMIS_INLINE Lanes& operator=(const Lanes& other) { return v = other.v, *this; }
  TAMIS_INLINE Lanes(const Bits& bits) : v(bits) {}
  TAMIS_INLINE Lanes(float x) { detail::Isa<W>::fill(x, v); }
  TAMIS_INLINE Lanes(Number x) : Lanes(x.value) {}

  TAMIS_INLINE static Lanes load(const float* from) {
    Lanes r;
    std::memcpy(&r.v, from, sizeof r.v);
    return r;
  }
  template <detail::Comparison C>
  TAMIS_INLINE static Mask<W> compare(const Lanes& a, const Lanes& b) {
    Mask<W> r;
    detail::Isa<W>::template compare<C>(a.v, b.v, r.bits);
    return r;
  }
  TAMIS_INLINE void store(float* to) const { std::memcpy(to, &v, sizeof v); }
  TAMIS_INLINE float operator[](int i) const { return v[i]; }
  TAMIS_INLINE float max() const {
    if constexpr (W > 4) {
      const auto* half = reinterpret_cast<const float*>(&v);
      return lane_max(Lanes<W / 2>::load(half), Lanes<W / 2>::load(half + W / 2)).max();
    } else {
      return std::max(std::max(v[0], v[1]), std::max(v[2], v[3]));
    }
  }

  TAMIS_INLINE float min() const { return -(-*this).max(); }

  /// Their sum, added from the first to the last.
  TAMIS_INLINE float sum() const {
    float sum = 0;
    for (int i = 0; i < W; ++i) sum += v[i];
    return sum;
  }

  TAMIS_INLINE friend Lanes operator-(const Lanes& a) { return {-a.v}; }
  TAMIS_INLINE friend Lanes operator+(const Lanes& a, const Lanes& b) { return {a.v + b.v}; }
  TAMIS_INLINE friend Lanes operator-(const Lanes& a, const Lanes& b) { return {a.v - b.v}; }
  TAMIS_INLINE friend Lanes operator*(const Lanes& a, const Lanes& b) {
    Lanes r(Bits(a.v * b.v));
    detail::Isa<W>::settle(r.v);
    return r;
  }
  TAMIS_INLINE friend Lanes operator/(const Lanes& a, const Lanes& b) { return {a.v / b.v}; }
  TAMIS_INLINE friend Mask<W> operator<(const Lanes& a, const Lanes& b) { return compare<detail::less>(a, b); }
  TAMIS_INLINE friend Mask<W> operator<=(const Lanes& a, const Lanes& b) { return compare<detail::less_or_equal>(a, b); }
  TAMIS_INLINE friend Mask<W> operator>(const Lanes& a, const Lanes& b) { return compare<detail::less>(b, a); }
  TAMIS_INLINE friend Mask<W> operator>=(const Lanes& a, const Lanes& b) { return compare<detail::less_or_equal>(b, a); }
  TAMIS_INLINE friend Mask<W> operator==(const Lanes& a, const Lanes& b) { return compare<detail::equal>(a, b); }

  TAMIS_INLINE friend Lanes lane_fma(const Lanes& a, const Lanes& b, const Lanes& c) {
    Lanes r;
    detail::Isa<W>::fma(a.v, b.v, c.v, r.v);
    return r;
  }
  TAMIS_INLINE friend Lanes lane_max(const Lanes& a, const Lanes& b) {
    Lanes r;
    detail::Isa<W>::max(a.v, b.v, r.v);
    return r;
  }
  TAMIS_INLINE friend Lanes lane_min(const Lanes& a, const Lanes& b) {
    Lanes r;
    detail::Isa<W>::min(a.v, b.v, r.v);
    return r;
  }
  TAMIS_INLINE friend Lanes operator+(const Lanes& a, Zero) { return a; }
  TAMIS_INLINE friend Lanes lane_exp(const Lanes& x) { return tamis::detail::exp<Lanes>(x); }
  TAMIS_INLINE friend Lanes lane_exp_down(const Lanes& x) { return tamis::detail::exp_down<Lanes>(x); }
  TAMIS_INLINE friend Lanes lane_log(const Lanes& x) { return tamis::detail::log<Lanes>(x); }
  TAMIS_INLINE friend Lanes lane_sqrt(Lanes x) {
    for (int i = 0; i < W; ++i) x.v[i] = __builtin_sqrtf(x.v[i]);
    return x;
  }
  TAMIS_INLINE friend Lanes add_exponent(const Lanes& x, const Lanes& shifted) {
    return {(Bits)((Words)x.v + ((Words)shifted.v << 23))};
  }
  TAMIS_INLINE friend Lanes scale_exponent(const Lanes& x, const Lanes& n) {
    const auto e = (__builtin_convertvector(n.v, typename Register<W>::Ints) + 127) << 23;
    return {x.v * (Bits)e};
  }
  TAMIS_INLINE friend Lanes exponent_of(const Lanes& x) {
    return {__builtin_convertvector(((typename Register<W>::Ints)x.v >> 23) - 126, Bits)};
  }
  TAMIS_INLINE friend Lanes mantissa_of(const Lanes& x) {
    return {(Bits)(((Words)x.v & 0x007fffff) | 0x3f000000)};
  }
};

/// One bit a lane.
template <int W>
TAMIS_INLINE std::uint32_t bits_of(const Mask<W>& mask) {
  return detail::Isa<W>::bits(mask.bits);
}

/// Stores the lanes of `a` and of `b` whose bits are set, side by side. May write W of them.
template <template <int> class A, template <int> class B, int W>
TAMIS_INLINE void compress(const A<W>& a, const B<W>& b, std::uint32_t bits, auto* a_to, auto* b_to) {
  detail::Isa<W>::compress(a.v, bits, a_to);
  detail::Isa<W>::compress(b.v, bits, b_to);
}

}  // namespace tamis::simd

#pragma GCC diagnostic pop
