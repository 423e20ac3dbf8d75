#pragma once

/// \file lanes_portable.hpp
/// Sixteen floats as the compiler sees fit: four registers of SSE2 or NEON.

#include <cstdint>
#include <cstring>

#include "../io/half.hpp"

namespace tamis::detail::portable {

struct Lanes {
  using Floats [[gnu::vector_size(16)]] = float;
  using Words [[gnu::vector_size(16)]] = std::uint32_t;
  Floats v[4];
};

#define TAMIS_OP [[gnu::always_inline]] inline

TAMIS_OP Lanes load(const float* from) {
  Lanes r;
  std::memcpy(&r, from, sizeof r);
  return r;
}
TAMIS_OP void store(const Lanes& a, float* to) { std::memcpy(to, &a, sizeof a); }
TAMIS_OP Lanes broadcast(float x) {
  const Lanes::Floats v = {x, x, x, x};
  return {{v, v, v, v}};
}
TAMIS_OP Lanes zero() { return broadcast(0); }

TAMIS_OP Lanes load_halves(const std::uint16_t* from) {
  float r[16];
  for (int i = 0; i < 16; ++i) r[i] = float_of_half(from[i]);
  return load(r);
}
/// `bits` bits of each lane's word, `shift` from its right end, as a number.
template <int bits>
TAMIS_OP Lanes load_field(const std::uint32_t* from, int shift) {
  float r[16];
  for (int i = 0; i < 16; ++i)
    r[i] = static_cast<float>(static_cast<int>(from[i] >> shift & ((1u << bits) - 1)));
  return load(r);
}

/// Rounded once where the machine can, as compilers contract a product and a sum in one expression.
TAMIS_OP Lanes fma(const Lanes& a, const Lanes& b, const Lanes& c) {
  return {{a.v[0] * b.v[0] + c.v[0], a.v[1] * b.v[1] + c.v[1], a.v[2] * b.v[2] + c.v[2],
           a.v[3] * b.v[3] + c.v[3]}};
}
TAMIS_OP Lanes add(const Lanes& a, const Lanes& b) {
  return {{a.v[0] + b.v[0], a.v[1] + b.v[1], a.v[2] + b.v[2], a.v[3] + b.v[3]}};
}
TAMIS_OP Lanes subtract(const Lanes& a, const Lanes& b) {
  return {{a.v[0] - b.v[0], a.v[1] - b.v[1], a.v[2] - b.v[2], a.v[3] - b.v[3]}};
}
TAMIS_OP Lanes multiply(const Lanes& a, const Lanes& b) {
  return {{a.v[0] * b.v[0], a.v[1] * b.v[1], a.v[2] * b.v[2], a.v[3] * b.v[3]}};
}
TAMIS_OP Lanes divide(const Lanes& a, const Lanes& b) {
  return {{a.v[0] / b.v[0], a.v[1] / b.v[1], a.v[2] / b.v[2], a.v[3] / b.v[3]}};
}
/// The greater; `b` where one is no number. So for the lesser.
TAMIS_OP Lanes greater(const Lanes& a, const Lanes& b) {
  Lanes r;
  for (int i = 0; i < 4; ++i) r.v[i] = a.v[i] > b.v[i] ? a.v[i] : b.v[i];
  return r;
}
TAMIS_OP Lanes lesser(const Lanes& a, const Lanes& b) {
  Lanes r;
  for (int i = 0; i < 4; ++i) r.v[i] = a.v[i] < b.v[i] ? a.v[i] : b.v[i];
  return r;
}
/// a times two to the power that stands in the low bits of `power`.
TAMIS_OP Lanes scale(const Lanes& a, const Lanes& power) {
  Lanes r;
  for (int i = 0; i < 4; ++i)
    r.v[i] = (Lanes::Floats)((Lanes::Words)a.v[i] + ((Lanes::Words)power.v[i] << 23));
  return r;
}

#undef TAMIS_OP

}  // namespace tamis::detail::portable
