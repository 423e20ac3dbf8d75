#pragma once

/// \file cuda.cuh
/// The fused CUDA backend: a batch of rows, from raw logits to tokens, in one launch.
///
/// Compile with --expt-relaxed-constexpr and --fmad=false, as the CMake target tamis::cuda does: policies are constexpr
/// functions and need no __device__, and what they compute is to be the host's, bit for bit. Clusters need sm_90 or later; before that a row is a block's.

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include "../core/result.hpp"
#include "cuda/batch.hpp"
#include "cuda/check_batch.hpp"
#include "cuda/layout.hpp"
#include "cuda/sample_rows.cuh"

namespace tamis::cuda {

namespace detail {

inline Error error_of(const char* what, cudaError_t code) {
  return {std::string(what) + ": " + cudaGetErrorString(code)};
}

/// The current device, asked once for each: asking costs microseconds.
inline Result<Device> current_device() {
  constexpr int most = 64;
  static Device devices[most];
  int id = 0;
  if (const auto code = cudaGetDevice(&id); code != cudaSuccess) return error_of("there is no CUDA device to sample on", code);
  if (id >= most) return Error{"the CUDA device has number " + std::to_string(id) + "; at most 64 devices are known, from 0 on"};
  if (devices[id].processors > 0) return devices[id];
  Device device;
  int major = 0;
  cudaError_t code = cudaDeviceGetAttribute(&device.shared_bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, id);
  if (code == cudaSuccess) code = cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, id);
  if (code == cudaSuccess) code = cudaDeviceGetAttribute(&device.processors, cudaDevAttrMultiProcessorCount, id);
  if (code != cudaSuccess) return error_of("the CUDA device does not say what it can", code);
  device.clusters = major >= 9;
  return devices[id] = device;
}

/// Lets a kernel have all the shared memory there is, once for each device and kernel.
template <auto kernel>
Result<void> allow_shared(int bytes) {
  static bool allowed[64];
  int id = 0;
  cudaGetDevice(&id);
  if (allowed[id]) return {};
  const auto code = cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel), cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
  if (code != cudaSuccess) return error_of("the kernel may not have the shared memory it needs", code);
  allowed[id] = true;
  return {};
}

template <auto kernel, class S, class T>
Result<void> launch(S* samplers, bool one_for_all, const Batch<T>& batch, const Drawn& drawn, Spread spread,
                    const Device& device, std::size_t memory, cudaStream_t stream) {
  const Layout layout = layout_of(memory, batch.vocab_size, spread, batch.histories.few || batch.allowed, sizeof(T), device.shared_bytes);
  if (layout.bytes > static_cast<std::uint32_t>(device.shared_bytes))
    return Error{"the kernel needs " + std::to_string(layout.bytes) + " bytes of shared memory a block, and the device has " +
                 std::to_string(device.shared_bytes) + "; it runs on compute capability 8.0 and later"};
  if (auto done = allow_shared<kernel>(device.shared_bytes); !done) return done;
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(static_cast<unsigned>(batch.rows * spread.blocks));
  config.blockDim = dim3(static_cast<unsigned>(spread.threads));
  config.dynamicSmemBytes = layout.bytes;
  config.stream = stream;
  cudaLaunchAttribute attribute{};
  attribute.id = cudaLaunchAttributeClusterDimension;
  attribute.val.clusterDim.x = static_cast<unsigned>(spread.blocks);
  attribute.val.clusterDim.y = attribute.val.clusterDim.z = 1;
  config.attrs = &attribute;
  config.numAttrs = spread.blocks > 1 ? 1 : 0;
  const auto code = cudaLaunchKernelEx(&config, kernel, samplers, one_for_all, batch, drawn, layout);
  if (code != cudaSuccess) return error_of("the sampling kernel was not launched", code);
  return {};
}

template <bool Surprise, class S, class T>
Result<void> sample(S* samplers, bool one_for_all, const Batch<T>& batch, const Drawn& drawn, cudaStream_t stream, Spread asked) {
  if (auto checked = check_batch(samplers, batch, drawn); !checked) return checked;
  const auto device = current_device();
  if (!device) return device.error();
  const Spread spread = spread_for(asked, batch.rows, *device);
  if (auto checked = check_spread(spread, device->clusters); !checked) return checked;
  if (spread.blocks > 1)
    return launch<&sample_by_clusters<Surprise, S, T>>(samplers, one_for_all, batch, drawn, spread, *device, sizeof(OfCluster), stream);
  return launch<&sample_by_blocks<Surprise, S, T>>(samplers, one_for_all, batch, drawn, spread, *device, sizeof(OneBlock), stream);
}

}  // namespace detail

/// Draws a token from each row of a batch: `drawn.tokens[r]` by `samplers[r]`, all in device memory. One launch on the
/// stream: nothing is allocated, nothing waited for, and it can be captured in a graph; what differs from replay to replay
/// (seeds, positions, histories, the logits) is read on the device. The tokens are those of `simd`, bit for bit, whatever
/// the batch, the spread and the device.
///
/// \param samplers  [B]; what they learn stays in them
/// \tparam Surprise  whether log-probabilities are known with a draw by score (Greedy, GumbelMax) too, for two passes more
/// \return an error before any launch if something is not as it must be: see check_batch.hpp
template <bool Surprise = false, class S, class T>
Result<void> sample(S* samplers, const Batch<T>& batch, const Drawn& drawn, cudaStream_t stream = nullptr, Spread spread = {}) {
  return detail::sample<Surprise>(samplers, false, batch, drawn, stream, spread);
}

/// As above, with one sampler for all rows, in device memory; it may not be one that learns.
template <bool Surprise = false, class S, class T>
Result<void> sample_alike(const S* sampler, const Batch<T>& batch, const Drawn& drawn, cudaStream_t stream = nullptr, Spread spread = {}) {
  return detail::sample<Surprise>(const_cast<S*>(sampler), true, batch, drawn, stream, spread);
}

}  // namespace tamis::cuda
