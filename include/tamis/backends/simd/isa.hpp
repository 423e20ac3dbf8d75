#pragma once

/// \file isa.hpp
/// The instructions of each register width, behind one set of names.

#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "../../core/bfloat16.hpp"
#include "../../core/half.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#define TAMIS_AVX512 [[gnu::target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,popcnt")]]
#define TAMIS_AVX2 [[gnu::target("avx2,fma,f16c,popcnt")]]
#endif

/// g++ contracts a product and a sum across statements; clang only within one expression, of which the
/// operators of Lanes are never a part together.
#if defined(__GNUC__) && !defined(__clang__)
#define TAMIS_CONTRACTS
#endif

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"  // registers are never passed between translation units

namespace tamis::simd {

/// The registers of a width, as the compiler's vectors.
template <int W>
struct Register {
  using Floats [[gnu::vector_size(4 * W)]] = float;
  using Ints [[gnu::vector_size(4 * W)]] = std::int32_t;
  using Words [[gnu::vector_size(4 * W)]] = std::uint32_t;
  using Wide [[gnu::vector_size(4 * W)]] = std::uint64_t;
};

template <int W>
struct Lanes;

namespace detail {

enum Comparison { less = 1, less_or_equal = 2, equal = 0 };  // the numbers of _CMP_LT_OS, _CMP_LE_OS, _CMP_EQ_OQ

/// What each width has an instruction for; `settle` keeps a product from being contracted with a sum that
/// follows, see core/number.hpp. By reference, so that no register crosses a call; and not
/// as the compiler's vectors, for g++ takes these apart where the instruction set is not yet known.
template <int W>
struct Isa {
  using Bits = typename Register<W>::Ints;

  static void fill(float x, auto& r) { r = std::remove_cvref_t<decltype(r)>{} + x; }
  static void fma(const auto& a, const auto& b, const auto& c, auto& r) {
    for (int i = 0; i < W; ++i) r[i] = __builtin_fmaf(a[i], b[i], c[i]);
  }
  static void max(const auto& a, const auto& b, auto& r) { r = a > b ? a : b; }
  static void min(const auto& a, const auto& b, auto& r) { r = a < b ? a : b; }
#if defined(TAMIS_CONTRACTS) && defined(__x86_64__)
  static void settle(auto& r) { asm("" : "+x"(r)); }
#elif defined(TAMIS_CONTRACTS) && defined(__aarch64__)
  static void settle(auto& r) { asm("" : "+w"(r)); }
#else
  static void settle(auto&) {}
#endif
  template <Comparison C>
  static void compare(const auto& a, const auto& b, Bits& r) { r = C == less ? a < b : C == equal ? a == b : a <= b; }
  static void select(const Bits& m, const auto& a, const auto& b, auto& r) { r = m ? a : b; }
  static void both(const Bits& a, const Bits& b, Bits& r) { r = a & b; }
  static void either(const Bits& a, const Bits& b, Bits& r) { r = a | b; }
  static void neither(const Bits& a, Bits& r) { r = ~a; }
  static void all(bool yes, Bits& r) { r = Bits{} - yes; }
  static std::uint32_t bits(const Bits& m) {
    std::uint32_t r = 0;
    for (int i = 0; i < W; ++i) r |= static_cast<std::uint32_t>(m[i] & 1) << i;
    return r;
  }
  static void compress(const auto& a, std::uint32_t bits, auto* to) {
    for (; bits; bits &= bits - 1) *to++ = a[std::countr_zero(bits)];
  }
  /// The mask whose lane i is set where bit i is.
  static void mask_of(std::uint32_t bits, Bits& r) {
    for (int i = 0; i < W; ++i) r[i] = -static_cast<std::int32_t>(bits >> i & 1);
  }
  /// The products of the low halves of 64 bits.
  static void multiply(const auto& a, const auto& b, auto& r) {
#if defined(__x86_64__)
    if constexpr (W == 4) {
      r = (typename Register<4>::Wide)_mm_mul_epu32((__m128i)a, (__m128i)b);
      return;
    }
#endif
    r = (a & 0xffffffffu) * (b & 0xffffffffu);
  }
  /// Floats as integers, to the nearest, and of two the even one.
  static void to_nearest(const auto& a, auto& r) {
#if defined(__x86_64__)
    if constexpr (W == 4) {
      r = (typename Register<4>::Ints)_mm_cvtps_epi32((__m128)a);
      return;
    }
#endif
    for (int i = 0; i < W; ++i) r[i] = static_cast<std::int32_t>(__builtin_nearbyintf(a[i]));
  }
  /// The floats of which these are the upper halves.
  static void widen_upper(const std::uint16_t* from, auto& r) {
    for (int i = 0; i < W; ++i) r[i] = BFloat16{from[i]};
  }
  /// The floats that these halves, binary16, are.
  static void widen_half(const std::uint16_t* from, auto& r) {
    for (int i = 0; i < W; ++i) r[i] = float_of_half(from[i]);
  }
  /// Unsigned integers as floats, rounded once.
  static void to_floats(const auto& a, auto& r) {
    for (int i = 0; i < W; ++i) r[i] = static_cast<float>(a[i]);
  }
};

#if defined(__x86_64__)
template <>
struct Isa<16> {
  using Bits = std::uint16_t;

  TAMIS_AVX512 static inline void fill(float x, auto& r) { r = _mm512_set1_ps(x); }
  TAMIS_AVX512 static inline void fma(const auto& a, const auto& b, const auto& c, auto& r) { r = _mm512_fmadd_ps(a, b, c); }
  TAMIS_AVX512 static inline void max(const auto& a, const auto& b, auto& r) { r = _mm512_maskz_max_ps(0xffff, a, b); }
  TAMIS_AVX512 static inline void min(const auto& a, const auto& b, auto& r) { r = _mm512_maskz_min_ps(0xffff, a, b); }
#if defined(TAMIS_CONTRACTS)
  TAMIS_AVX512 static inline void settle(auto& r) { asm("" : "+v"(r)); }
#else
  static void settle(auto&) {}
#endif
  template <Comparison C>
  TAMIS_AVX512 static inline void compare(const auto& a, const auto& b, Bits& r) { r = _mm512_cmp_ps_mask(a, b, C); }
  TAMIS_AVX512 static inline void select(Bits m, const auto& a, const auto& b, auto& r) { r = _mm512_mask_blend_ps(m, b, a); }
  static void both(Bits a, Bits b, Bits& r) { r = a & b; }
  static void either(Bits a, Bits b, Bits& r) { r = a | b; }
  static void neither(Bits a, Bits& r) { r = ~a; }
  static void all(bool yes, Bits& r) { r = yes ? 0xffff : 0; }
  static std::uint32_t bits(Bits m) { return m; }
  TAMIS_AVX512 static inline void compress(const auto& a, std::uint32_t bits, auto* to) {
    const auto r = _mm512_maskz_compress_epi32(static_cast<__mmask16>(bits), (__m512i)a);
    std::memcpy(to, &r, sizeof r);
  }
  static void mask_of(std::uint32_t bits, Bits& r) { r = static_cast<std::uint16_t>(bits); }
  TAMIS_AVX512 static inline void multiply(const auto& a, const auto& b, auto& r) {
    r = (typename Register<16>::Wide)_mm512_maskz_mul_epu32(0xff, (__m512i)a, (__m512i)b);
  }
  TAMIS_AVX512 static inline void widen_upper(const std::uint16_t* from, auto& r) {
    const __m512i words = _mm512_maskz_cvtepu16_epi32(0xffff, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
    r = (__m512)_mm512_maskz_slli_epi32(0xffff, words, 16);
  }
  TAMIS_AVX512 static inline void widen_half(const std::uint16_t* from, auto& r) {
    r = _mm512_maskz_cvtph_ps(0xffff, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
  }
  TAMIS_AVX512 static inline void to_nearest(const auto& a, auto& r) { r = (typename Register<16>::Ints)_mm512_maskz_cvtps_epi32(0xffff, a); }
  TAMIS_AVX512 static inline void to_floats(const auto& a, auto& r) { r = _mm512_maskz_cvtepu32_ps(0xffff, (__m512i)a); }
};
template <>
struct Isa<8> {
  using Bits = typename Register<8>::Floats;

  TAMIS_AVX2 static inline void fill(float x, auto& r) { r = _mm256_set1_ps(x); }
  TAMIS_AVX2 static inline void fma(const auto& a, const auto& b, const auto& c, auto& r) { r = _mm256_fmadd_ps(a, b, c); }
  TAMIS_AVX2 static inline void max(const auto& a, const auto& b, auto& r) { r = _mm256_max_ps(a, b); }
  TAMIS_AVX2 static inline void min(const auto& a, const auto& b, auto& r) { r = _mm256_min_ps(a, b); }
#if defined(TAMIS_CONTRACTS)
  TAMIS_AVX2 static inline void settle(auto& r) { asm("" : "+x"(r)); }
#else
  static void settle(auto&) {}
#endif
  template <Comparison C>
  TAMIS_AVX2 static inline void compare(const auto& a, const auto& b, Bits& r) { r = _mm256_cmp_ps(a, b, C); }
  TAMIS_AVX2 static inline void select(const Bits& m, const auto& a, const auto& b, auto& r) { r = _mm256_blendv_ps(b, a, m); }
  TAMIS_AVX2 static inline void both(const Bits& a, const Bits& b, Bits& r) { r = _mm256_and_ps(a, b); }
  TAMIS_AVX2 static inline void either(const Bits& a, const Bits& b, Bits& r) { r = _mm256_or_ps(a, b); }
  TAMIS_AVX2 static inline void neither(const Bits& a, Bits& r) { r = _mm256_xor_ps(a, (__m256)_mm256_set1_epi32(-1)); }
  TAMIS_AVX2 static inline void all(bool yes, Bits& r) { r = (__m256)_mm256_set1_epi32(yes ? -1 : 0); }
  TAMIS_AVX2 static inline std::uint32_t bits(const Bits& m) { return _mm256_movemask_ps(m); }
  static void compress(const auto& a, std::uint32_t bits, auto* to) {
    if (bits == 255) std::memcpy(to, &a, sizeof a);
    else for (; bits; bits &= bits - 1) *to++ = a[std::countr_zero(bits)];
  }
  TAMIS_AVX2 static inline void mask_of(std::uint32_t bits, Bits& r) {
    const __m256i lane = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    r = (__m256)_mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(static_cast<int>(bits)), lane), lane);
  }
  TAMIS_AVX2 static inline void multiply(const auto& a, const auto& b, auto& r) {
    r = (typename Register<8>::Wide)_mm256_mul_epu32((__m256i)a, (__m256i)b);
  }
  TAMIS_AVX2 static inline void widen_upper(const std::uint16_t* from, auto& r) {
    const __m256i words = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
    r = (__m256)_mm256_slli_epi32(words, 16);
  }
  TAMIS_AVX2 static inline void widen_half(const std::uint16_t* from, auto& r) {
    r = _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  }
  TAMIS_AVX2 static inline void to_nearest(const auto& a, auto& r) { r = (typename Register<8>::Ints)_mm256_cvtps_epi32(a); }
  /// By halves, for there is no instruction: the sum of two floats that are exact is rounded once.
  TAMIS_AVX2 static inline void to_floats(const auto& a, auto& r) {
    const __m256 high = _mm256_cvtepi32_ps(_mm256_srli_epi32((__m256i)a, 16));
    const __m256 low = _mm256_cvtepi32_ps(_mm256_and_si256((__m256i)a, _mm256_set1_epi32(0xffff)));
    r = _mm256_fmadd_ps(high, _mm256_set1_ps(65536.0f), low);
  }
};
#endif

}  // namespace detail

}  // namespace tamis::simd

#pragma GCC diagnostic pop
