#pragma once

/// \file lanes.hpp
/// Tensors as numbers: what a policy computes with, on the device where the logits are.
///
/// Each operation is one of ATen's that rounds as IEEE says, so that a tensor has the bits that every other backend
/// has: docs/decisions/0015.

#include <ATen/core/Tensor.h>
#include <ATen/ops/fmax.h>
#include <ATen/ops/fmin.h>
#include <ATen/ops/full.h>
#include <ATen/ops/where.h>

#include <cmath>
#include <cstdint>
#include <utility>

#include "../../core/math.hpp"

namespace tamis::aten {

/// A condition for each token of each row, [B, V], for each row, [B, 1], or one for all. A model of probe::Mask.
struct Mask {
  at::Tensor t;  ///< bool; undefined where one holds for all
  bool all = false;

  Mask(bool of_all) : all(of_all) {}
  explicit Mask(at::Tensor tensor) : t(std::move(tensor)) {}
};

/// A number for each token of each row, [B, V], for each row, [B, 1], or one for all. A model of probe::Real.
struct Lanes {
  at::Tensor t;  ///< float32; undefined where one is for all
  float x = 0;

  Lanes() = default;
  Lanes(float of_all) : x(of_all) {}
  explicit Lanes(at::Tensor tensor) : t(std::move(tensor)) {}

  bool is_one() const { return !t.defined(); }
};

namespace lanes {

/// A tensor of one number, [1], beside another. Not of no dimension: ATen divides by the reciprocal of such a one.
inline at::Tensor one_beside(const at::Tensor& t, double x) { return at::full({1}, x, t.options()); }

/// The number as a tensor, where `other` is one.
inline at::Tensor tensor_of(const Lanes& a, const Lanes& other) { return a.is_one() ? one_beside(other.t, a.x) : a.t; }

inline at::Tensor bits_of(const at::Tensor& t) { return t.view(at::kInt); }
inline at::Tensor floats_of(const at::Tensor& bits) { return bits.view(at::kFloat); }

/// `yes` where the condition holds. On a CPU at::where branches at each token, and bits are tenfold faster.
inline at::Tensor chosen(const at::Tensor& where, const at::Tensor& yes, const at::Tensor& no) {
  if (where.is_cuda() || (where.is_cpu() && where.numel() < 256)) return at::where(where, yes, no);
  const at::Tensor other = bits_of(no);
  return floats_of(bits_of(yes).bitwise_xor(other).bitwise_and(where.to(at::kInt).neg_()).bitwise_xor(other));
}

/// The greater of each number and x, the lesser of each and x; x for what is not a number. ATen's own for that are twenty
/// times as slow on a CPU.
inline at::Tensor at_least(const at::Tensor& t, double x) {
  if (!t.is_cpu()) return at::fmax(t, one_beside(t, x));
  return t.nan_to_num(x, HUGE_VAL, -HUGE_VAL).clamp_min_(x);
}
inline at::Tensor at_most(const at::Tensor& t, double x) {
  if (!t.is_cpu()) return at::fmin(t, one_beside(t, x));
  return t.nan_to_num(x, HUGE_VAL, -HUGE_VAL).clamp_max_(x);
}

}  // namespace lanes

inline Mask operator&(const Mask& a, const Mask& b) {
  if (!a.t.defined()) return a.all ? b : a;
  if (!b.t.defined()) return b.all ? a : b;
  return Mask(a.t.bitwise_and(b.t));
}
inline Mask operator|(const Mask& a, const Mask& b) {
  if (!a.t.defined()) return a.all ? a : b;
  if (!b.t.defined()) return b.all ? b : a;
  return Mask(a.t.bitwise_or(b.t));
}
inline Mask operator!(const Mask& a) { return a.t.defined() ? Mask(a.t.bitwise_not()) : Mask(!a.all); }

inline Lanes operator-(const Lanes& a) { return a.is_one() ? Lanes(-a.x) : Lanes(a.t.neg()); }
inline Lanes operator+(const Lanes& a, const Lanes& b) {
  if (a.is_one()) return b.is_one() ? Lanes(a.x + b.x) : Lanes(b.t.add(a.x));
  return Lanes(b.is_one() ? a.t.add(b.x) : a.t.add(b.t));
}
inline Lanes operator-(const Lanes& a, const Lanes& b) {
  if (a.is_one()) return b.is_one() ? Lanes(a.x - b.x) : Lanes(lanes::tensor_of(a, b).sub(b.t));
  return Lanes(b.is_one() ? a.t.sub(b.x) : a.t.sub(b.t));
}
inline Lanes operator*(const Lanes& a, const Lanes& b) {
  if (a.is_one()) return b.is_one() ? Lanes(a.x * b.x) : Lanes(b.t.mul(a.x));
  return Lanes(b.is_one() ? a.t.mul(b.x) : a.t.mul(b.t));
}
inline Lanes operator/(const Lanes& a, const Lanes& b) {
  if (a.is_one() && b.is_one()) return a.x / b.x;
  return Lanes(lanes::tensor_of(a, b).div(lanes::tensor_of(b, a)));
}

inline Mask operator<(const Lanes& a, const Lanes& b) {
  if (a.is_one()) return b.is_one() ? Mask(a.x < b.x) : Mask(b.t.gt(a.x));
  return Mask(b.is_one() ? a.t.lt(b.x) : a.t.lt(b.t));
}
inline Mask operator<=(const Lanes& a, const Lanes& b) {
  if (a.is_one()) return b.is_one() ? Mask(a.x <= b.x) : Mask(b.t.ge(a.x));
  return Mask(b.is_one() ? a.t.le(b.x) : a.t.le(b.t));
}
inline Mask operator>(const Lanes& a, const Lanes& b) { return b < a; }
inline Mask operator>=(const Lanes& a, const Lanes& b) { return b <= a; }
inline Mask operator==(const Lanes& a, const Lanes& b) {
  if (a.is_one()) return b.is_one() ? Mask(a.x == b.x) : Mask(b.t.eq(a.x));
  return Mask(b.is_one() ? a.t.eq(b.x) : a.t.eq(b.t));
}

inline Lanes lane_select(const Mask& where, const Lanes& yes, const Lanes& no) {
  if (!where.t.defined()) return where.all ? yes : no;
  const auto tensor = [&](const Lanes& a) {
    return a.is_one() ? at::full({1}, a.x, where.t.options().dtype(at::kFloat)) : a.t;
  };
  return Lanes(lanes::chosen(where.t, tensor(yes), tensor(no)));
}

inline Lanes lane_max(const Lanes& a, const Lanes& b) {
  if (a.is_one() && b.is_one()) return tamis::max(a.x, b.x);
  if (b.is_one() && !std::isnan(b.x)) return Lanes(lanes::at_least(a.t, b.x));
  return lane_select(a > b, a, b);
}
inline Lanes lane_min(const Lanes& a, const Lanes& b) {
  if (a.is_one() && b.is_one()) return tamis::min(a.x, b.x);
  if (b.is_one() && !std::isnan(b.x)) return Lanes(lanes::at_most(a.t, b.x));
  return lane_select(a < b, a, b);
}

/// With the product exact in double, the sum rounded there and then to float: the fma that the compiler computes in
/// constants, and that of the hardware but for about one result in 2^30, where rounding twice tips a tie.
inline Lanes lane_fma(const Lanes& a, const Lanes& b, const Lanes& c) {
  if (a.is_one() && b.is_one()) {
    if (c.is_one()) return tamis::fma(a.x, b.x, c.x);
    return Lanes(c.t.to(at::kDouble).add_(double{a.x} * b.x).to(at::kFloat));
  }
  const at::Tensor product = a.is_one()   ? b.t.to(at::kDouble).mul_(a.x)
                             : b.is_one() ? a.t.to(at::kDouble).mul_(b.x)
                                          : a.t.to(at::kDouble).mul(b.t.to(at::kDouble));
  return Lanes((c.is_one() ? product.add(c.x) : product.add(c.t.to(at::kDouble))).to(at::kFloat));
}

// What exp and log of core/math.hpp do to exponents.
inline Lanes scale_exponent(const Lanes& x, const Lanes& n) {
  if (x.is_one() && n.is_one()) return tamis::detail::scale_exponent(x.x, n.x);
  return Lanes(lanes::tensor_of(x, n).mul(
      lanes::floats_of(lanes::tensor_of(n, x).to(at::kInt).add_(127).bitwise_left_shift(23))));
}
inline Lanes exponent_of(const Lanes& x) {
  if (x.is_one()) return tamis::detail::exponent_of(x.x);
  return Lanes(lanes::bits_of(x.t).bitwise_right_shift(23).sub_(126).to(at::kFloat));
}
inline Lanes mantissa_of(const Lanes& x) {
  if (x.is_one()) return tamis::detail::mantissa_of(x.x);
  const at::Tensor bits = lanes::bits_of(x.t);
  return Lanes(lanes::floats_of(bits.bitwise_and(lanes::one_beside(bits, 0x007fffff))
                                    .bitwise_or(lanes::one_beside(bits, 0x3f000000))));
}

inline Lanes lane_exp(const Lanes& x) { return x.is_one() ? Lanes(tamis::exp(x.x)) : tamis::detail::exp<Lanes>(x); }
inline Lanes lane_log(const Lanes& x) { return x.is_one() ? Lanes(tamis::log(x.x)) : tamis::detail::log<Lanes>(x); }
/// In double, for on a CPU ATen's own of floats is up to a unit in the last place off.
inline Lanes lane_sqrt(const Lanes& x) {
  return x.is_one() ? Lanes(tamis::sqrt(x.x)) : Lanes(x.t.to(at::kDouble).sqrt_().to(at::kFloat));
}

/// detail::exp_down of core/math.hpp, step by step, in place: the fma of lane_fma on doubles that hold floats.
inline Lanes lane_exp_down(const Lanes& x) {
  if (x.is_one()) return tamis::exp_down(x.x);
  const float magic = 12582912.0f;
  const at::Tensor y = lanes::at_least(x.t, -80.0f).to(at::kDouble);
  const at::Tensor shifted = y.mul(1.44269504088896341f).add_(magic).to(at::kFloat);
  at::Tensor rounded = shifted.sub(magic);
  const auto round = [&](at::Tensor& d) { rounded.copy_(d), d.copy_(rounded); };
  at::Tensor r = rounded.to(at::kDouble).mul_(-0.693147181f).add_(y);
  round(r);
  at::Tensor p = r.mul(8.3123829e-3f);
  for (const float c : {4.1891425e-2f, 1.6667120e-1f, 4.9999223e-1f, 1.0f}) {
    p.add_(c);
    round(p);
    p.mul_(r);
  }
  rounded.copy_(p.add_(1.0f));
  return Lanes(lanes::floats_of(lanes::bits_of(rounded).add_(lanes::bits_of(shifted).bitwise_left_shift(23))));
}

}  // namespace tamis::aten
