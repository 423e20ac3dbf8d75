#pragma once

/// \file cuda.cuh
/// The fused CUDA backend: a batch of rows, from raw logits to tokens, in one launch.
///
/// Compile with --expt-relaxed-constexpr and --fmad=false, as the CMake target tamis::cuda does: policies are constexpr
/// functions and need no __device__, and what they compute is to be the host's, bit for bit. Clusters need sm_90 or later; before that a row is a block's.

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>

#include "../core/result.hpp"
#include "cuda/batch.hpp"
#include "cuda/check_batch.hpp"
#include "cuda/layout.hpp"
#include "cuda/sample_rows.cuh"

namespace tamis::cuda {

namespace detail {

/// What CUDA said, as an Error; CUDA itself forgets it, or it would be found by whoever asks for its last error next.
inline Error error_of(const char* what, cudaError_t code) {
  cudaGetLastError();
  return {std::string(what) + ": " + cudaGetErrorString(code)};
}

inline constexpr int most_devices = 64;

/// The number of the current device.
inline Result<int> device_number() {
  int id = 0;
  if (const auto code = cudaGetDevice(&id); code != cudaSuccess) return error_of("there is no CUDA device to sample on", code);
  if (id >= most_devices) return Error{"the CUDA device has number " + std::to_string(id) + "; at most 64 devices are known, from 0 on"};
  return id;
}

/// What a device can, asked once by each thread: asking costs microseconds.
inline Result<Device> device_of(int id) {
  thread_local Device devices[most_devices];
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

/// Lets a kernel have all the shared memory there is, once for each device and thread.
template <auto kernel>
Result<void> allow_shared(int id, int bytes) {
  thread_local bool allowed[most_devices];
  if (allowed[id]) return {};
  const auto code = cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel), cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
  if (code != cudaSuccess) return error_of("the sampling kernel cannot run on this device; compile it with -arch=native", code);
  allowed[id] = true;
  return {};
}

/// Whether a kernel was compiled for clusters: one for sm_80, whose code a later device translates, was not, and would do
/// nothing.
template <auto kernel>
bool knows_clusters(int id) {
  enum class Known : char { unasked, no, yes };
  thread_local Known known[most_devices];
  if (known[id] == Known::unasked) {
    cudaFuncAttributes attributes{};
    const auto code = cudaFuncGetAttributes(&attributes, reinterpret_cast<const void*>(kernel));
    if (code != cudaSuccess) cudaGetLastError();  // allow_shared() says it
    known[id] = code == cudaSuccess && attributes.ptxVersion >= 90 ? Known::yes : Known::no;
  }
  return known[id] == Known::yes;
}

template <auto kernel, class S, class T>
Result<void> launch(const Samplers<S>& samplers, const Batch<T>& batch, const Drawn& drawn, Spread spread, int id,
                    const Device& device, std::size_t memory, cudaStream_t stream) {
  const Layout layout = layout_of(memory, batch.vocab_size, spread, batch.histories.few || batch.allowed, sizeof(T), device.shared_bytes);
  if (layout.bytes > static_cast<std::uint32_t>(device.shared_bytes))
    return Error{"the kernel needs " + std::to_string(layout.bytes) + " bytes of shared memory a block, and the device has " +
                 std::to_string(device.shared_bytes) + "; it runs on compute capability 8.0 and later"};
  if (auto done = allow_shared<kernel>(id, device.shared_bytes); !done) return done;
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
  const auto code = cudaLaunchKernelEx(&config, kernel, samplers, batch, drawn, layout);
  if (code != cudaSuccess) return error_of("the sampling kernel was not launched", code);
  return {};
}

/// \param sampler  the first one, wherever it is
template <bool Surprise, class S, class T>
Result<void> sample(const Samplers<S>& samplers, const S* sampler, const Batch<T>& batch, const Drawn& drawn, cudaStream_t stream,
                    Spread asked) {
  if (auto checked = check_batch(sampler, batch, drawn); !checked) return checked;
  const auto id = device_number();
  if (!id) return id.error();
  auto device = device_of(*id);
  if (!device) return device.error();
  constexpr auto by_clusters = &sample_by_clusters<Surprise, S, T>;
  device->clusters = device->clusters && knows_clusters<by_clusters>(*id);
  const Spread spread = spread_for(asked, batch.rows, *device);
  if (auto checked = check_spread(spread, device->clusters); !checked) return checked;
  if (spread.blocks > 1) return launch<by_clusters>(samplers, batch, drawn, spread, *id, *device, sizeof(OfCluster), stream);
  return launch<&sample_by_blocks<Surprise, S, T>>(samplers, batch, drawn, spread, *id, *device, sizeof(OneBlock), stream);
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
  return detail::sample<Surprise>(Samplers<S>{.rows = samplers}, samplers, batch, drawn, stream, spread);
}

/// As above, with one sampler for all rows, in device memory; it may not be one that learns.
template <bool Surprise = false, class S, class T>
Result<void> sample_alike(const S* sampler, const Batch<T>& batch, const Drawn& drawn, cudaStream_t stream = nullptr, Spread spread = {}) {
  return detail::sample<Surprise>(Samplers<S>{.all = sampler}, sampler, batch, drawn, stream, spread);
}

/// As above, with a sampler that lies in the memory of the host: it goes along with the launch, and is part of a graph
/// that captures it.
template <bool Surprise = false, class S, class T>
  requires(!std::is_pointer_v<S>)
Result<void> sample_alike(const S& sampler, const Batch<T>& batch, const Drawn& drawn, cudaStream_t stream = nullptr, Spread spread = {}) {
  static_assert(std::is_trivially_copyable_v<S>, "tamis: a sampler is copied as bytes between host and device; leave out what owns memory");
  Samplers<S> samplers;
  std::memcpy(samplers.here, &sampler, sizeof(S));
  return detail::sample<Surprise>(samplers, &sampler, batch, drawn, stream, spread);
}

}  // namespace tamis::cuda
