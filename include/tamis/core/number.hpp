#pragma once

/// \file number.hpp
/// A float whose products are rounded before anything is added to them.
///
/// Compilers may contract a * b + c into one fma, with one rounding instead of two, wherever the
/// instruction set has it: g++ does so by default. A policy would then give other bits on a machine
/// with fma, in a kernel of 512 bits, or on a GPU, and the same seed another token. Numbers that come
/// from a row are therefore of this type on every backend that takes one token at a time; the vector
/// registers of simd take the same precaution.

#include <type_traits>

#include "../config.hpp"
#include "flag.hpp"
#include "math.hpp"

namespace tamis {

namespace detail {

/// The product of two floats, rounded: no compiler looks through an empty asm statement.
TAMIS_INLINE constexpr float product(float a, float b) {
  float r = a * b;
#if defined(__CUDA_ARCH__)
  if (!std::is_constant_evaluated()) r = __fmul_rn(a, b);
#elif defined(__x86_64__)
  if (!std::is_constant_evaluated()) asm("" : "+x"(r));
#elif defined(__aarch64__)
  if (!std::is_constant_evaluated()) asm("" : "+w"(r));
#elif defined(__GNUC__)
  if (!std::is_constant_evaluated()) asm("" : "+m"(r));
#endif
  return r;
}

}  // namespace detail

/// A model of probe::Real with float inside.
struct Number {
  float value = 0;

  constexpr Number() = default;
  TAMIS_INLINE constexpr Number(float x) : value(x) {}
  TAMIS_INLINE constexpr explicit operator float() const { return value; }

  TAMIS_INLINE friend constexpr Number operator-(Number a) { return -a.value; }
  TAMIS_INLINE friend constexpr Number operator+(Number a, Number b) { return a.value + b.value; }
  TAMIS_INLINE friend constexpr Number operator-(Number a, Number b) { return a.value - b.value; }
  TAMIS_INLINE friend constexpr Number operator*(Number a, Number b) {
    return detail::product(a.value, b.value);
  }
  TAMIS_INLINE friend constexpr Number operator/(Number a, Number b) { return a.value / b.value; }
  TAMIS_INLINE friend constexpr Flag operator<(Number a, Number b) { return a.value < b.value; }
  TAMIS_INLINE friend constexpr Flag operator<=(Number a, Number b) { return a.value <= b.value; }
  TAMIS_INLINE friend constexpr Flag operator>(Number a, Number b) { return a.value > b.value; }
  TAMIS_INLINE friend constexpr Flag operator>=(Number a, Number b) { return a.value >= b.value; }
  TAMIS_INLINE friend constexpr Flag operator==(Number a, Number b) { return a.value == b.value; }

  TAMIS_INLINE friend constexpr Number lane_fma(Number a, Number b, Number c) {
    return tamis::fma(a.value, b.value, c.value);
  }
  TAMIS_INLINE friend constexpr Number lane_max(Number a, Number b) {
    return tamis::max(a.value, b.value);
  }
  TAMIS_INLINE friend constexpr Number lane_min(Number a, Number b) {
    return tamis::min(a.value, b.value);
  }
  TAMIS_INLINE friend constexpr Number lane_exp(Number x) { return tamis::exp(x.value); }
  TAMIS_INLINE friend constexpr Number lane_exp_down(Number x) { return tamis::exp_down(x.value); }
  TAMIS_INLINE friend constexpr Number lane_log(Number x) { return tamis::log(x.value); }
  TAMIS_INLINE friend constexpr Number lane_sqrt(Number x) { return tamis::sqrt(x.value); }
};

}  // namespace tamis
