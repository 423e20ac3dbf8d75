#pragma once

/// \file kernels.hpp
/// The arithmetic of a transformer, with the vectors of the machine it runs on.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "../io/tensor_type.hpp"
#include "fixed_point.hpp"
#include "lanes.hpp"
#include "packed_matrix.hpp"
#include "tile_height.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"  // registers are never passed between translation units
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

namespace tamis {
namespace detail {

/// A matrix [depth, 16 * count] of floats, sixteen columns a panel: where each panel and row
/// begins.
struct Panels {
  const float* at;
  int count, depth;
  std::ptrdiff_t panel_stride, row_stride;
  bool goes_on = false;  ///< are its rows the next of a matrix whose first have been multiplied?
};

#if defined(__clang__)
#define TAMIS_UNROLL _Pragma("clang loop unroll(full)")
#else
#define TAMIS_UNROLL _Pragma("GCC unroll 16")
#endif

namespace portable {
inline constexpr int tile_rows = 4, tile_panels = 1;
#define TAMIS_TARGET
#include "kernel_bodies.hpp"
#undef TAMIS_TARGET
}  // namespace portable

#if defined(__x86_64__)
namespace avx2 {
inline constexpr int tile_rows = 6, tile_panels = 1;
#define TAMIS_TARGET TAMIS_AVX2_LANES
#include "kernel_bodies.hpp"
#undef TAMIS_TARGET
}  // namespace avx2

namespace avx512 {
inline constexpr int tile_rows = 12, tile_panels = 2;
#define TAMIS_TARGET TAMIS_AVX512_LANES
#include "kernel_bodies.hpp"
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
  void (*widen)(const std::int8_t* from, int n, float* to);

  // In fixed point, for quantized weights; null where the machine lacks the instructions.
  void (*fix_rows)(const float* rows, int count, int columns, int stride, detail::FixedBlock* to);
  void (*multiply_fixed)(const PackedMatrix&, int begin, int end, int count,
                         const detail::FixedBlock* rows, float* to, int stride);
};

namespace detail {

#define TAMIS_KERNELS(set, fix_rows, multiply_fixed)                                       \
  {                                                                                        \
#set, set::tile_rows, set::multiply_vector, set::unpack_panel, set::multiply_tile < >, \
        set::exponentials, set::swiglu, set::squares, set::widen, fix_rows, multiply_fixed \
  }

/// Those for any machine.
inline constexpr Kernels portable_kernels = TAMIS_KERNELS(portable, nullptr, nullptr);
#if defined(__x86_64__)
inline constexpr Kernels avx2_kernels = TAMIS_KERNELS(avx2, nullptr, nullptr);
inline constexpr Kernels avx512_kernels = TAMIS_KERNELS(avx512, nullptr, nullptr);
inline constexpr Kernels vnni_kernels = TAMIS_KERNELS(avx512, vnni::fix_rows, vnni::multiply);
#endif

#undef TAMIS_KERNELS

}  // namespace detail

/// Those that this machine can run, the fastest first.
inline std::span<const Kernels* const> usable_kernels() {
#if defined(__x86_64__)
  static constexpr const Kernels* all[] = {&detail::vnni_kernels, &detail::avx512_kernels,
                                           &detail::avx2_kernels, &detail::portable_kernels};
  // Every processor with AVX2 also converts half precision.
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512vl");
  const bool vnni = avx512 && __builtin_cpu_supports("avx512vnni");
  return std::span(all).subspan(vnni ? 0 : avx512 ? 1 : avx2 ? 2 : 3);
#else
  static constexpr const Kernels* all[] = {&detail::portable_kernels};
  return all;
#endif
}

/// The fastest that this machine can run.
inline const Kernels& best_kernels() { return *usable_kernels().front(); }

}  // namespace tamis

#pragma GCC diagnostic pop
