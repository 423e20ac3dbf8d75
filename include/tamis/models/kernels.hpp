#pragma once

/// \file kernels.hpp
/// The arithmetic of a transformer, with the vectors of the machine it runs on.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "../io/tensor_type.hpp"
#include "lanes_portable.hpp"
#include "packed_matrix.hpp"

#if defined(__x86_64__)
#include "lanes_avx2.hpp"
#include "lanes_avx512.hpp"
#endif

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"  // registers are never passed between translation units
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace tamis {
namespace detail {

/// A matrix [depth, 16 * count] of floats, sixteen columns a panel: where each panel and row
/// begins.
struct Panels {
  const float* at;
  int count, depth;
  std::ptrdiff_t panel_stride, row_stride;
};

#if defined(__clang__)
#define TAMIS_UNROLL _Pragma("clang loop unroll(full)")
#else
#define TAMIS_UNROLL _Pragma("GCC unroll 16")
#endif

namespace portable {
inline constexpr int tile_rows = 4, tile_panels = 1;
#define TAMIS_TARGET
#include "kernels.inc"
#undef TAMIS_TARGET
}  // namespace portable

#if defined(__x86_64__)
namespace avx2 {
inline constexpr int tile_rows = 6, tile_panels = 1;
#define TAMIS_TARGET TAMIS_MODEL_AVX2
#include "kernels.inc"
#undef TAMIS_TARGET
}  // namespace avx2

namespace avx512 {
inline constexpr int tile_rows = 12, tile_panels = 2;
#define TAMIS_TARGET TAMIS_MODEL_AVX512
#include "kernels.inc"
#undef TAMIS_TARGET
}  // namespace avx512
#endif

#undef TAMIS_UNROLL

}  // namespace detail

/// What a transformer is computed with.
struct Kernels {
  const char* name;
  int tile_rows;  ///< how many rows multiply_tile takes at most
  void (*multiply_vector)(const PackedMatrix&, int begin, int end, const float* x, float* y);
  void (*unpack_panel)(const PackedMatrix&, int panel, float* to);
  void (*multiply_tile)(int rows, const float* a, detail::Panels b, float* c, int stride);
  float (*exponentials)(float* row, int n, float scale);
  void (*swiglu)(float* gate, const float* up, int n);
  float (*squares)(const float* row, int n);
};

#define TAMIS_KERNELS(set)                                                                 \
  {                                                                                        \
#set, detail::set::tile_rows, detail::set::multiply_vector, detail::set::unpack_panel, \
        detail::set::multiply_tile < >, detail::set::exponentials, detail::set::swiglu,    \
        detail::set::squares                                                               \
  }

/// Those for any machine.
inline constexpr Kernels portable_kernels = TAMIS_KERNELS(portable);

#if defined(__x86_64__)
inline constexpr Kernels avx2_kernels = TAMIS_KERNELS(avx2);
inline constexpr Kernels avx512_kernels = TAMIS_KERNELS(avx512);
#endif

#undef TAMIS_KERNELS

/// The fastest that this machine can run.
inline const Kernels& best_kernels() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return avx512_kernels;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return avx2_kernels;
#endif
  return portable_kernels;
}

}  // namespace tamis

#pragma GCC diagnostic pop
