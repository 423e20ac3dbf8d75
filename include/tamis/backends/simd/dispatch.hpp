#pragma once

/// \file dispatch.hpp
/// The choice of the register width, when the program runs.

#include "../../config.hpp"
#include "isa.hpp"

namespace tamis::simd {

// A sanitizer takes minutes for a chain of kernels in three widths, so there one is compiled; a test that wants all
// says TAMIS_EVERY_WIDTH before it includes anything.
#if defined(__has_feature)
#define TAMIS_SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TAMIS_SANITIZED 1
#else
#define TAMIS_SANITIZED 0
#endif
#if defined(__x86_64__) && (!TAMIS_SANITIZED || defined(TAMIS_EVERY_WIDTH))
#define TAMIS_WIDE_REGISTERS
#endif

#if defined(TAMIS_WIDE_REGISTERS)
// Each kernel is copied where it runs, for what a copy holds lies in registers: what a kernel in memory holds is read
// anew after every float that is stored.
template <class Kernel>
[[gnu::flatten]] TAMIS_AVX512 void on_avx512(const Kernel& kernel) {
  const Kernel here = kernel;
  here.template operator()<16>();
}
template <class Kernel>
[[gnu::flatten]] TAMIS_AVX2 void on_avx2(const Kernel& kernel) {
  const Kernel here = kernel;
  here.template operator()<8>();
}
#endif
template <class Kernel>
[[gnu::flatten]] void on_any(const Kernel& kernel) {
  const Kernel here = kernel;
  here.template operator()<4>();
}

/// How many tokens a register of this machine holds, of those that were compiled.
inline int widest() {
#if defined(TAMIS_WIDE_REGISTERS)
  __builtin_cpu_init();
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  if (avx512) return 16;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 8;  // F16C is older than AVX2
#endif
  return 4;
}

/// How many tokens a register holds on the machine run on. A test may set it to less.
inline int width = widest();

/// Runs a kernel with the widest registers there are.
template <class Kernel>
TAMIS_INLINE void on_best(const Kernel& kernel) {
#if defined(TAMIS_WIDE_REGISTERS)
  if (width == 16) return on_avx512(kernel);
  if (width == 8) return on_avx2(kernel);
#endif
  on_any(kernel);
}

}  // namespace tamis::simd
