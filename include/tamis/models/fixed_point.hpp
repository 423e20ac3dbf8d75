#pragma once

/// \file fixed_point.hpp
/// Products of quantized weights with rows of numbers in fixed point, by the integer instructions
/// of AVX-512 VNNI: a fourth of the work of unpacking the weights to floats, and sums that are
/// exact.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "packed_matrix.hpp"
#include "tile_height.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tamis::detail {

/// 32 numbers of a row as integers of 23 bits and a common scale: rounded to 2^-22 of the largest
/// one. An integer is digit[0] + 256 digit[1] + 65536 digit[2], each from -128 to 127.
struct FixedBlock {
  std::int32_t digits[3][8];  ///< of four numbers each, one a byte
  std::int32_t minus_8[3];    ///< -8 times the sum of the digits
  std::int32_t minus_128[3];  ///< and -128 times
  float scale;  ///< a power of two; 0 for numbers below 2^-105, no number if one of them is none
  float total;  ///< the sum of the 32 numbers
};
static_assert(sizeof(FixedBlock) == 128);

#if defined(__x86_64__)
namespace vnni {

#define TAMIS_VNNI [[gnu::target("avx512f,avx512dq,avx512bw,avx512vl,avx512vnni,avx2,fma,f16c")]]
#if defined(__clang__)
#define TAMIS_UNROLL _Pragma("clang loop unroll(full)")
#else
#define TAMIS_UNROLL _Pragma("GCC unroll 16")
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // g++ 12 says so of its own intrinsics
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

/// Rows that are multiplied together: as many as there are registers for their sums.
inline constexpr int tile_rows = 8;

/// `x`, [32], in fixed point.
TAMIS_VNNI inline void fix(const float* x, FixedBlock& to) {
  const __m512 low = _mm512_loadu_ps(x), high = _mm512_loadu_ps(x + 16);
  const __m512i magnitudes = _mm512_max_epu32(_mm512_slli_epi32(_mm512_castps_si512(low), 1),
                                              _mm512_slli_epi32(_mm512_castps_si512(high), 1));
  // The largest is in [2^(exponent - 127), twice that).
  const std::uint32_t exponent = _mm512_reduce_max_epu32(magnitudes) >> 24;
  to = {};
  if (exponent == 255) to.scale = to.total = std::numeric_limits<float>::quiet_NaN();
  if (exponent < 22 || exponent == 255) return;
  to.scale = std::bit_cast<float>((exponent - 21) << 23);

  const __m512 up = _mm512_set1_ps(std::bit_cast<float>((275 - exponent) << 23));
  __m512i first = _mm512_cvtps_epi32(_mm512_mul_ps(low, up));
  __m512i second = _mm512_cvtps_epi32(_mm512_mul_ps(high, up));
  to.total =
      to.scale * static_cast<float>(_mm512_reduce_add_epi32(_mm512_add_epi32(first, second)));
  for (int digit = 0; digit < 3; ++digit) {
    const __m512i a = _mm512_srai_epi32(_mm512_slli_epi32(first, 24), 24);
    const __m512i b = _mm512_srai_epi32(_mm512_slli_epi32(second, 24), 24);
    auto* bytes = reinterpret_cast<__m128i*>(to.digits[digit]);
    _mm_storeu_si128(bytes, _mm512_cvtepi32_epi8(a));
    _mm_storeu_si128(bytes + 1, _mm512_cvtepi32_epi8(b));
    const int sum = _mm512_reduce_add_epi32(_mm512_add_epi32(a, b));
    to.minus_8[digit] = -8 * sum;
    to.minus_128[digit] = -128 * sum;
    first = _mm512_srai_epi32(_mm512_sub_epi32(first, a), 8);
    second = _mm512_srai_epi32(_mm512_sub_epi32(second, b), 8);
  }
}

/// Adds to the sums of T rows the products of four columns: `quants` has four of each lane.
template <int T>
TAMIS_VNNI [[gnu::always_inline]] inline void add_four(__m512i quants, const FixedBlock* rows,
                                                       int four, __m512i (&sums)[T][3]) {
  TAMIS_UNROLL for (int t = 0; t < T; ++t) {
    TAMIS_UNROLL for (int digit = 0; digit < 3; ++digit) {
      const __m512i numbers = _mm512_set1_epi32(rows[t].digits[digit][four]);
      sums[t][digit] = _mm512_dpbusd_epi32(sums[t][digit], quants, numbers);
    }
  }
}

/// The product of a panel with T rows, whose blocks alternate: to [T][16], `stride` floats apart.
template <TensorType type, int T>
TAMIS_VNNI void multiply_panel(const std::byte* block, int blocks, const FixedBlock* rows,
                               float* to, int stride) {
  using Matrix = PackedMatrix;
  constexpr std::size_t block_bytes = Matrix::block_bytes(type);
  constexpr std::size_t ahead = 4096;  // bytes: as far as the memory needs to keep up
  __m512 results[T];
  TAMIS_UNROLL for (int t = 0; t < T; ++t) { results[t] = _mm512_setzero_ps(); }
  for (int i = 0; i < blocks; ++i, block += block_bytes, rows += T) {
    for (std::size_t at = 0; T == 1 && at < block_bytes; at += 64)
      _mm_prefetch(reinterpret_cast<const char*>(block) + ahead + at, _MM_HINT_T0);

    // Sums begin at minus what the quants' middle will add.
    __m512i sums[T][3];
    TAMIS_UNROLL for (int t = 0; t < T; ++t) {
      TAMIS_UNROLL for (int digit = 0; digit < 3; ++digit) {
        sums[t][digit] = type == TensorType::q8_0   ? _mm512_set1_epi32(rows[t].minus_128[digit])
                         : type == TensorType::q4_0 ? _mm512_set1_epi32(rows[t].minus_8[digit])
                                                    : _mm512_setzero_si512();
      }
    }
    const std::byte* quants = block + Matrix::quants_at(type);
    if constexpr (Matrix::bits(type) == 8) {
      TAMIS_UNROLL for (int four = 0; four < 8; ++four) {
        add_four<T>(_mm512_loadu_si512(quants + 64 * four), rows, four, sums);
      }
    } else {
      const __m512i mask = _mm512_set1_epi8(15);
      TAMIS_UNROLL for (int eight = 0; eight < 4; ++eight) {
        const __m512i both = _mm512_loadu_si512(quants + 64 * eight);
        add_four<T>(_mm512_and_si512(both, mask), rows, 2 * eight, sums);
        add_four<T>(_mm512_and_si512(_mm512_srli_epi32(both, 4), mask), rows, 2 * eight + 1, sums);
      }
    }

    const __m512 scale =
        _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(block)));
    TAMIS_UNROLL for (int t = 0; t < T; ++t) {
      __m512 sum = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums[t][1]), _mm512_set1_ps(256),
                                   _mm512_cvtepi32_ps(sums[t][0]));
      sum = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums[t][2]), _mm512_set1_ps(65536), sum);
      results[t] =
          _mm512_fmadd_ps(_mm512_mul_ps(sum, _mm512_set1_ps(rows[t].scale)), scale, results[t]);
      if constexpr (type == TensorType::q4_1) {
        const __m512 offset =
            _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + 32)));
        results[t] = _mm512_fmadd_ps(offset, _mm512_set1_ps(rows[t].total), results[t]);
      }
    }
  }
  TAMIS_UNROLL for (int t = 0; t < T; ++t) { _mm512_storeu_ps(to + t * stride, results[t]); }
}

template <TensorType type, int T = tile_rows>
void multiply_tile(const PackedMatrix& matrix, int begin, int end, int height,
                   const FixedBlock* rows, float* to, int stride) {
  if (height == T) {
    for (int panel = begin; panel < end; ++panel)
      multiply_panel<type, T>(matrix.panel(panel), matrix.columns() / 32, rows, to + 16 * panel,
                              stride);
  } else if constexpr (T > 1) {
    multiply_tile<type, tile_height(T - 1, tile_rows)>(matrix, begin, end, height, rows, to,
                                                       stride);
  }
}

/// to[t] = matrix * row t for the panels [begin, end) of a quantized matrix: rows as fix_rows()
/// leaves them, to [count][stride].
template <TensorType type>
void multiply_rows(const PackedMatrix& matrix, int begin, int end, int count,
                   const FixedBlock* rows, float* to, int stride) {
  constexpr int group = 8;  // panels that stay in the cache while all rows pass
  const int blocks = matrix.columns() / 32;
  for (int panel = begin; panel < end; panel += group)
    for (int first = 0, height; first < count; first += height) {
      height = tile_height(count - first, tile_rows);
      multiply_tile<type>(matrix, panel, panel + group < end ? panel + group : end, height,
                          rows + std::ptrdiff_t{first} * blocks,
                          to + std::ptrdiff_t{first} * stride, stride);
    }
}

inline void multiply(const PackedMatrix& matrix, int begin, int end, int count,
                     const FixedBlock* rows, float* to, int stride) {
  switch (matrix.type()) {
    case TensorType::q4_0:
      return multiply_rows<TensorType::q4_0>(matrix, begin, end, count, rows, to, stride);
    case TensorType::q4_1:
      return multiply_rows<TensorType::q4_1>(matrix, begin, end, count, rows, to, stride);
    case TensorType::q8_0:
      return multiply_rows<TensorType::q8_0>(matrix, begin, end, count, rows, to, stride);
    case TensorType::f32:
    case TensorType::f16:
      return;
  }
}

/// Puts rows, `stride` floats apart, into fixed point: by tiles of rows, in each the rows' blocks
/// alternate.
TAMIS_VNNI inline void fix_rows(const float* rows, int count, int columns, int stride,
                                FixedBlock* to) {
  for (int first = 0, height; first < count; first += height) {
    height = tile_height(count - first, tile_rows);
    for (int column = 0; column < columns; column += 32)
      for (int t = 0; t < height; ++t)
        fix(rows + std::ptrdiff_t{first + t} * stride + column, *to++);
  }
}

#if !defined(__clang__)
#pragma GCC diagnostic pop
#endif
#undef TAMIS_UNROLL

}  // namespace vnni
#endif

}  // namespace tamis::detail
