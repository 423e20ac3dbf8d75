#pragma once

/// \file lanes_avx512.hpp
/// Sixteen floats in one register of AVX-512.

#include <immintrin.h>

#include <cstdint>

#define TAMIS_MODEL_AVX512 [[gnu::target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,f16c")]]

#pragma GCC diagnostic push
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // g++ 12 says so of its own intrinsics
#endif

namespace tamis::detail::avx512 {

struct Lanes {
  __m512 v;
};

#define TAMIS_OP TAMIS_MODEL_AVX512 [[gnu::always_inline]] inline

TAMIS_OP Lanes zero() { return {_mm512_setzero_ps()}; }
TAMIS_OP Lanes broadcast(float x) { return {_mm512_set1_ps(x)}; }
TAMIS_OP Lanes load(const float* from) { return {_mm512_loadu_ps(from)}; }
TAMIS_OP void store(Lanes a, float* to) { _mm512_storeu_ps(to, a.v); }

TAMIS_OP Lanes load_halves(const std::uint16_t* from) {
  return {_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)))};
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

#pragma GCC diagnostic pop
