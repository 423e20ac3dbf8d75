#pragma once

/// \file lanes_avx2.hpp
/// Sixteen floats in two registers of AVX2.

#include <immintrin.h>

#include <cstdint>

#define TAMIS_MODEL_AVX2 [[gnu::target("avx2,fma,f16c")]]

namespace tamis::detail::avx2 {

struct Lanes {
  __m256 low, high;
};

#define TAMIS_OP TAMIS_MODEL_AVX2 [[gnu::always_inline]] inline

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
