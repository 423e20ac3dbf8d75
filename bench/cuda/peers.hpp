#pragma once

/// \file peers.hpp
/// FlashInfer's paths from raw logits to tokens, where its headers are: softmax with temperature, then top-k 50 and top-p
/// 0.95. Each is compiled in a file of its own, or left out.

#include <cuda_runtime.h>

#include <cstddef>

namespace peers {

/// A batch, and the memory that the peers work in.
struct Place {
  float* logits = nullptr;
  int rows = 0, vocab_size = 0;
  float* probabilities = nullptr;  ///< [B, V]
  int* tokens = nullptr;
  bool* valid = nullptr;
  void* workspace = nullptr;      ///< of the softmax
  float* top_values = nullptr;    ///< [B, 1024]
  int *top_ids = nullptr, *top_counts = nullptr;
};

inline constexpr std::size_t workspace_bytes = std::size_t{16} << 20;

using Path = void (*)(const Place&, cudaStream_t);

extern const Path default_path;  ///< null if it is left out
extern const Path cluster_path;  ///< the same; at most 131,072 tokens

void softmax(const Place& place, cudaStream_t stream);  ///< FlashInfer's; not there if it is left out

inline bool prepare(Place& p) {
  const auto n = static_cast<std::size_t>(p.rows);
  return cudaMalloc(&p.probabilities, n * static_cast<std::size_t>(p.vocab_size) * sizeof(float)) == cudaSuccess &&
         cudaMalloc(&p.tokens, n * sizeof(int)) == cudaSuccess && cudaMalloc(&p.valid, n) == cudaSuccess &&
         cudaMalloc(&p.workspace, workspace_bytes) == cudaSuccess && cudaMalloc(&p.top_values, n * 1024 * sizeof(float)) == cudaSuccess &&
         cudaMalloc(&p.top_ids, n * 1024 * sizeof(int)) == cudaSuccess && cudaMalloc(&p.top_counts, n * sizeof(int)) == cudaSuccess;
}
inline void release(Place& p) {
  cudaFree(p.probabilities), cudaFree(p.tokens), cudaFree(p.valid), cudaFree(p.workspace);
  cudaFree(p.top_values), cudaFree(p.top_ids), cudaFree(p.top_counts);
}

}  // namespace peers
