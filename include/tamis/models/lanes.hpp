#pragma once

/// \file lanes.hpp
/// Sixteen floats as one number, for three sets of instructions: of any machine, AVX2 and AVX-512.
///
/// Each set has the same operations under the same names. Functions that use them need the
/// attribute of the set, TAMIS_AVX2_LANES or TAMIS_AVX512_LANES.

#include <cstdint>
#include <cstring>

#include "../core/half.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#define TAMIS_AVX2_LANES [[gnu::target("avx2,fma,f16c")]]
#define TAMIS_AVX512_LANES [[gnu::target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,f16c")]]
#endif

#pragma GCC diagnostic push
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // g++ 12 says so of its own intrinsics
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

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
TAMIS_OP Lanes load_bytes(const std::int8_t* from) {
  float r[16];
  for (int i = 0; i < 16; ++i) r[i] = from[i];
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

#if defined(__x86_64__)
namespace tamis::detail::avx2 {

struct Lanes {
  __m256 low, high;
};

#define TAMIS_OP TAMIS_AVX2_LANES [[gnu::always_inline]] inline

TAMIS_OP Lanes zero() { return {_mm256_setzero_ps(), _mm256_setzero_ps()}; }
TAMIS_OP Lanes broadcast(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
TAMIS_OP Lanes load(const float* from) {
  return {_mm256_loadu_ps(from), _mm256_loadu_ps(from + 8)};
}
TAMIS_OP void store(Lanes a, float* to) {
  _mm256_storeu_ps(to, a.low);
  _mm256_storeu_ps(to + 8, a.high);
}

TAMIS_OP Lanes load_halves(const std::uint16_t* from) {
  const auto* halves = reinterpret_cast<const __m128i*>(from);
  return {_mm256_cvtph_ps(_mm_loadu_si128(halves)), _mm256_cvtph_ps(_mm_loadu_si128(halves + 1))};
}
TAMIS_OP Lanes load_bytes(const std::int8_t* from) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  return {_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes)),
          _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_srli_si128(bytes, 8)))};
}
/// `bits` bits of each lane's word, `shift` from its right end, as a number.
template <int bits>
TAMIS_OP Lanes load_field(const std::uint32_t* from, int shift) {
  const auto* words = reinterpret_cast<const __m256i*>(from);
  const auto mask = _mm256_set1_epi32((1 << bits) - 1);
  const auto low = _mm256_and_si256(_mm256_srli_epi32(_mm256_loadu_si256(words), shift), mask);
  const auto high = _mm256_and_si256(_mm256_srli_epi32(_mm256_loadu_si256(words + 1), shift), mask);
  return {_mm256_cvtepi32_ps(low), _mm256_cvtepi32_ps(high)};
}

TAMIS_OP Lanes fma(Lanes a, Lanes b, Lanes c) {
  return {_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)};
}
TAMIS_OP Lanes add(Lanes a, Lanes b) {
  return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)};
}
TAMIS_OP Lanes subtract(Lanes a, Lanes b) {
  return {_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)};
}
TAMIS_OP Lanes multiply(Lanes a, Lanes b) {
  return {_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)};
}
TAMIS_OP Lanes divide(Lanes a, Lanes b) {
  return {_mm256_div_ps(a.low, b.low), _mm256_div_ps(a.high, b.high)};
}
/// The greater; `b` where one is no number. So for the lesser.
TAMIS_OP Lanes greater(Lanes a, Lanes b) {
  return {_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high)};
}
TAMIS_OP Lanes lesser(Lanes a, Lanes b) {
  return {_mm256_min_ps(a.low, b.low), _mm256_min_ps(a.high, b.high)};
}
/// a times two to the power that stands in the low bits of `power`.
TAMIS_OP Lanes scale(Lanes a, Lanes power) {
  const auto low = _mm256_slli_epi32(_mm256_castps_si256(power.low), 23);
  const auto high = _mm256_slli_epi32(_mm256_castps_si256(power.high), 23);
  return {_mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a.low), low)),
          _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a.high), high))};
}

#undef TAMIS_OP

}  // namespace tamis::detail::avx2

namespace tamis::detail::avx512 {

struct Lanes {
  __m512 v;
};

#define TAMIS_OP TAMIS_AVX512_LANES [[gnu::always_inline]] inline

TAMIS_OP Lanes zero() { return {_mm512_setzero_ps()}; }
TAMIS_OP Lanes broadcast(float x) { return {_mm512_set1_ps(x)}; }
TAMIS_OP Lanes load(const float* from) { return {_mm512_loadu_ps(from)}; }
TAMIS_OP void store(Lanes a, float* to) { _mm512_storeu_ps(to, a.v); }

TAMIS_OP Lanes load_halves(const std::uint16_t* from) {
  return {_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)))};
}
TAMIS_OP Lanes load_bytes(const std::int8_t* from) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  return {_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes))};
}
/// `bits` bits of each lane's word, `shift` from its right end, as a number.
template <int bits>
TAMIS_OP Lanes load_field(const std::uint32_t* from, int shift) {
  const auto field = _mm512_srli_epi32(_mm512_loadu_si512(from), static_cast<unsigned>(shift));
  if constexpr (bits == 4) {  // the permutation looks at four bits only: no mask is needed
    const auto numbers = _mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return {_mm512_permutexvar_ps(field, numbers)};
  } else {
    return {_mm512_cvtepi32_ps(_mm512_and_si512(field, _mm512_set1_epi32((1 << bits) - 1)))};
  }
}

TAMIS_OP Lanes fma(Lanes a, Lanes b, Lanes c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
TAMIS_OP Lanes add(Lanes a, Lanes b) { return {_mm512_add_ps(a.v, b.v)}; }
TAMIS_OP Lanes subtract(Lanes a, Lanes b) { return {_mm512_sub_ps(a.v, b.v)}; }
TAMIS_OP Lanes multiply(Lanes a, Lanes b) { return {_mm512_mul_ps(a.v, b.v)}; }
TAMIS_OP Lanes divide(Lanes a, Lanes b) { return {_mm512_div_ps(a.v, b.v)}; }
/// The greater; `b` where one is no number. So for the lesser.
TAMIS_OP Lanes greater(Lanes a, Lanes b) { return {_mm512_max_ps(a.v, b.v)}; }
TAMIS_OP Lanes lesser(Lanes a, Lanes b) { return {_mm512_min_ps(a.v, b.v)}; }
/// a times two to the power that stands in the low bits of `power`.
TAMIS_OP Lanes scale(Lanes a, Lanes power) {
  const auto exponent = _mm512_slli_epi32(_mm512_castps_si512(power.v), 23);
  return {_mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(a.v), exponent))};
}

#undef TAMIS_OP

}  // namespace tamis::detail::avx512
#endif

#pragma GCC diagnostic pop
