#pragma once

/// \file sample_rows.cuh
/// The kernels: from raw logits to tokens in one launch.

#include <type_traits>

#include "batch.hpp"
#include "layout.hpp"
#include "sample_row.hpp"
#include "threads.cuh"

namespace tamis::cuda {

/// The samplers of a batch as a kernel is given them: in device memory, one a row or one for all, or along with the launch.
template <class S>
struct Samplers {
  S* rows = nullptr;       ///< [B] in device memory, where they learn
  const S* all = nullptr;  ///< in device memory
  alignas(S) unsigned char here[sizeof(S)] = {};

  __host__ __device__ S of(int r) const { return rows ? rows[r] : all ? *all : *reinterpret_cast<const S*>(here); }
  __host__ __device__ S* learned(int r) const { return rows ? rows + r : nullptr; }
};

#ifdef __CUDACC__

/// One block for each row, two on a multiprocessor: while one waits for memory the other computes.
template <bool Surprise, class S, class T>
__global__ void __launch_bounds__(512, 2) sample_by_blocks(Samplers<S> samplers, Batch<T> batch, Drawn drawn, Layout layout) {
  static_assert(std::is_trivially_copyable_v<S>, "tamis: a sampler is copied as bytes between host and device; leave out what owns memory");
  extern __shared__ __align__(16) unsigned char shared[];
  auto& memory = *reinterpret_cast<OneBlock*>(shared);
  const int r = static_cast<int>(blockIdx.x);
  sample_row<Surprise>(Block{}, memory, shared, layout, samplers.of(r), samplers.learned(r), batch, drawn, r);
}

/// One cluster for each row; its blocks have much shared memory, and so a multiprocessor each.
template <bool Surprise, class S, class T>
__global__ void __launch_bounds__(512, 1) sample_by_clusters(Samplers<S> samplers, Batch<T> batch, Drawn drawn, Layout layout) {
  NV_IF_TARGET(NV_PROVIDES_SM_90, (
    extern __shared__ __align__(16) unsigned char shared[];
    auto& memory = *reinterpret_cast<OfCluster*>(shared);
    const Cluster cluster;
    cluster.sync_all();
    const int r = static_cast<int>(blockIdx.x) / cluster.blocks();
    sample_row<Surprise>(cluster, memory, shared, layout, samplers.of(r), samplers.learned(r), batch, drawn, r);
  ))
}

#endif

}  // namespace tamis::cuda
