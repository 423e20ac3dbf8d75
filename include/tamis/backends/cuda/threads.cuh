#pragma once

/// \file threads.cuh
/// Teams of a GPU: a thread block, and a cluster of them (sm_90 and later). What team::Solo says of a team holds of both.
///
/// The functions are for host and device, so that the constexpr code around them may call them; on the host nobody does.

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <nv/target>

#include <cstdint>
#include <cstring>

#include "../../config.hpp"
#include "../../core/bfloat16.hpp"
#include "../../core/float16.hpp"

namespace tamis::cuda {

/// The threads of a block, of which the row is.
struct Block {
  TAMIS_HD int thread() const { NV_IF_ELSE_TARGET(NV_IS_DEVICE, (return static_cast<int>(threadIdx.x);), (return 0;)) }
  TAMIS_HD int threads() const { NV_IF_ELSE_TARGET(NV_IS_DEVICE, (return static_cast<int>(blockDim.x);), (return 1;)) }
  TAMIS_HD int block() const { return 0; }
  TAMIS_HD int blocks() const { return 1; }
  TAMIS_HD int lane() const { return thread() % 32; }
  TAMIS_HD int lanes() const { return 32; }
  TAMIS_HD void sync() const { NV_IF_TARGET(NV_IS_DEVICE, (__syncthreads();)) }
  TAMIS_HD void sync_all() const { sync(); }
  TAMIS_HD void sync_lanes() const { NV_IF_TARGET(NV_IS_DEVICE, (__syncwarp();)) }
  template <class T>
  TAMIS_HD T* own(T* p) const {
    NV_IF_TARGET(NV_IS_DEVICE, (
      unsigned address;  // by way of assembler, or the compiler sees that it is p, and forgets where that is
      asm("mov.b32 %0, %1;" : "=r"(address) : "r"(static_cast<unsigned>(__cvta_generic_to_shared(p))));
      return static_cast<T*>(__cvta_shared_to_generic(address));
    ))
    return p;
  }
  template <class T>
  TAMIS_HD T* at(int, T* p) const {
    return p;
  }
  TAMIS_HD std::uint32_t add(std::uint32_t* p, std::uint32_t x) const {
    NV_IF_ELSE_TARGET(NV_IS_DEVICE, (return atomicAdd(own(p), x);), (return *p + x;))
  }
  TAMIS_HD std::uint32_t read(const std::uint32_t* p) const { return *static_cast<const volatile std::uint32_t*>(own(p)); }
  TAMIS_HD void clear(std::uint32_t* p, std::uint32_t bits) const {
    NV_IF_ELSE_TARGET(NV_IS_DEVICE, (atomicAnd(own(p), ~bits);), (*p &= ~bits;))
  }
  template <class Op>
  TAMIS_HD std::uint64_t lane_fold(std::uint64_t x, const Op& op) const {
    NV_IF_TARGET(NV_IS_DEVICE, (
      for (int distance = 16; distance > 0; distance /= 2) x = op(x, other(x, distance));
    ))
    return x;
  }
  TAMIS_HD std::uint32_t lane_sum(std::uint32_t x) const {
    NV_IF_ELSE_TARGET(NV_IS_DEVICE, (return __reduce_add_sync(~0u, x);), (return x;))
  }
  TAMIS_HD std::uint64_t lane_scan(std::uint64_t x) const {
    NV_IF_TARGET(NV_IS_DEVICE, (
      for (int distance = 1; distance < 32; distance *= 2) {
        const std::uint64_t before = __shfl_up_sync(~0u, static_cast<unsigned long long>(x), static_cast<unsigned>(distance));
        if (lane() >= distance) x += before;
      }
    ))
    return x;
  }
  TAMIS_HD std::uint64_t lane_get(std::uint64_t x, int lane) const {
    NV_IF_ELSE_TARGET(NV_IS_DEVICE, (return __shfl_sync(~0u, static_cast<unsigned long long>(x), lane);), (return lane ? 0 : x;))
  }
  TAMIS_HD int lane_first(bool condition) const {
    NV_IF_ELSE_TARGET(NV_IS_DEVICE, (
      const unsigned all = __ballot_sync(~0u, condition);
      return all ? __ffs(static_cast<int>(all)) - 1 : 32;
    ), (return condition ? 0 : 32;))
  }
  template <class T>
  TAMIS_HD void load(const T* from, int count, float* to) const {
    constexpr int width = 16 / sizeof(T);
    NV_IF_TARGET(NV_IS_DEVICE, (
      if (count == width && reinterpret_cast<std::uintptr_t>(from) % 16 == 0) {
        const uint4 words = *reinterpret_cast<const uint4*>(from);
        T values[width];
        std::memcpy(values, &words, sizeof values);
        for (int i = 0; i < width; ++i) to[i] = number(values[i]);
        return;
      }
    ))
    for (int i = 0; i < width; ++i)
      if (i < count) to[i] = number(from[i]);
  }
  template <class T>
  TAMIS_HD void prefetch(const T* from) const {
    NV_IF_TARGET(NV_IS_DEVICE, (asm volatile("prefetch.global.L2 [%0];" ::"l"(from));))
  }
  template <class T>
  TAMIS_HD void copy(const T* from, int count, T* to) const {
    NV_IF_TARGET(NV_IS_DEVICE, (
      if (count == static_cast<int>(16 / sizeof(T)) && reinterpret_cast<std::uintptr_t>(from) % 16 == 0) {
        const auto address = static_cast<unsigned>(__cvta_generic_to_shared(to));
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(address), "l"(from) : "memory");
        return;
      }
    ))
    for (int i = 0; i < count; ++i) to[i] = from[i];
  }
  TAMIS_HD void wait() const { NV_IF_TARGET(NV_IS_DEVICE, (asm volatile("cp.async.wait_all;" ::: "memory");)) }

 private:
  TAMIS_HD static std::uint64_t other(std::uint64_t x, int distance) {
    NV_IF_ELSE_TARGET(NV_IS_DEVICE, (return __shfl_xor_sync(~0u, static_cast<unsigned long long>(x), distance);),
                      (return distance ? 0 : x;))
  }
  TAMIS_HD static float number(float x) { return x; }
  TAMIS_HD static float number(BFloat16 x) { return x; }
  TAMIS_HD static float number(Float16 x) {
    NV_IF_ELSE_TARGET(NV_IS_DEVICE, (return __half2float(__ushort_as_half(x.bits));), (return x;))
  }
};

/// The blocks of a cluster together: each reads and writes the shared memory of the others.
struct Cluster : Block {
  TAMIS_HD int block() const {
    int rank = 0;
    NV_IF_TARGET(NV_PROVIDES_SM_90, (asm volatile("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));))
    return rank;
  }
  TAMIS_HD int blocks() const {
    int count = 1;
    NV_IF_TARGET(NV_PROVIDES_SM_90, (asm volatile("mov.u32 %0, %%cluster_nctarank;" : "=r"(count));))
    return count;
  }
  TAMIS_HD void sync_all() const {
    NV_IF_TARGET(NV_PROVIDES_SM_90, (
      // Not the .aligned ones: these are wrong where the threads of a warp have not come together again.
      asm volatile("barrier.cluster.arrive.release;" ::: "memory");
      asm volatile("barrier.cluster.wait.acquire;" ::: "memory");
    ))
  }
  template <class T>
  TAMIS_HD T* at(int block, T* p) const {
    NV_IF_TARGET(NV_PROVIDES_SM_90, (
      std::uint64_t address;
      asm("mapa.u64 %0, %1, %2;" : "=l"(address) : "l"(reinterpret_cast<std::uint64_t>(p)), "r"(block));
      return reinterpret_cast<T*>(address);
    ))
    return p;
  }
};

}  // namespace tamis::cuda
