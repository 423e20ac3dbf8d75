#pragma once

/// \file batch.hpp
/// A batch of rows in device memory, and what comes of it. Plain data; this header needs no CUDA.

#include <cstdint>

#include "../../core/facts.hpp"
#include "../../core/types.hpp"

namespace tamis::cuda {

/// What is known of the tokens of each row, in device memory: the list that core/facts.hpp speaks of, ids ascending, a row
/// after the other. sample() counts the token it has drawn in.
struct Histories {
  Occurrence* few = nullptr;       ///< [B, capacity]
  std::uint32_t* sizes = nullptr;  ///< [B]: how many of a row's are there
  std::uint32_t capacity = 0;
  bool counts = true;  ///< whether the token drawn is counted in
};

/// Rows of logits in device memory, and for each its randomness and what is known of its tokens. What is null is not there.
template <class T>
struct Batch {
  const T* logits = nullptr;  ///< [B, V], a row after the other; float, Float16, BFloat16
  int rows = 0;               ///< B
  int vocab_size = 0;         ///< V
  std::int64_t stride = 0;    ///< from row to row, in logits; 0: V

  const std::uint64_t* seeds = nullptr;  ///< [B]
  std::uint64_t* positions = nullptr;    ///< [B]: how many tokens precede; see advances
  const std::uint64_t* marks = nullptr;  ///< [B], or none: see Stream
  bool advances = false;                 ///< whether each position grows by one with the draw, for the next launch

  Histories histories = {};
  const std::uint32_t* allowed = nullptr;  ///< [B, allowed_stride]: one bit a token, as in Facts
  std::int64_t allowed_stride = 0;         ///< in words; 0: one mask for all rows
  const float* bias = nullptr;             ///< [B, bias_stride], added to the logits
  std::int64_t bias_stride = 0;            ///< 0: one array for all rows
};

/// Where the results go, in device memory; what is null is not written.
struct Drawn {
  TokenId* tokens = nullptr;           ///< [B]; -1 where there is a fault
  float* log_probabilities = nullptr;  ///< [B]: of the token, in what the policies have left
  std::int32_t* kept = nullptr;        ///< [B]: how many tokens the policies have left
  std::uint8_t* faults = nullptr;      ///< [B]: a Fault, or history_full
  std::int64_t* wide_tokens = nullptr;  ///< [B]: the tokens in 64 bits, as libtorch has ids; these or `tokens` must be there
};

/// In the place of a fault: a token was drawn, but could not be counted in, for the row's history is full.
inline constexpr std::uint8_t history_full = 128;

/// How a batch is spread over the device: a row a cluster of so many blocks, of so many threads each. 0: as seems best.
struct Spread {
  int blocks = 0;   ///< 1, 2, 4 or 8; more than 1 from sm_90 on
  int threads = 0;  ///< 128, 256 or 512
};

}  // namespace tamis::cuda
