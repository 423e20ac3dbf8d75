#pragma once

/// \file scratch.hpp
/// The memory that a draw needs besides the row: none of it is asked of the heap again after the first draw.

#include <cstdint>
#include <utility>
#include <vector>

#include "../../core/facts.hpp"
#include "../../core/fixed.hpp"
#include "../../core/types.hpp"

namespace tamis::simd {

/// How many tokens a block has.
inline constexpr int block_size = 512;

namespace detail {

/// Of so few survivors a branch around them is foreseen; of more it costs less to have none.
inline constexpr int few_in_a_block = 8;

/// After so many blocks it shows whether most tokens survive; then they are not moved together.
inline constexpr int first_blocks = 8;

/// A copy of a block's logits, and the tokens of it that something is known of, side by side.
struct Patch {
  alignas(64) float z[block_size];
  alignas(64) float known[block_size], output[block_size], prompt[block_size], bias[block_size];
  alignas(64) float push[push_slots][block_size];
  alignas(64) TokenId ids[block_size];
  int place[block_size];  ///< where in the block they stand
  int n;                  ///< how many they are
};

/// What has been computed of a block's tokens, in their order.
struct Ordered {
  alignas(64) float value[3][block_size];
};

/// Some tokens, side by side.
struct Some {
  std::vector<float> z, keys, weights;
  std::vector<TokenId> ids;
  int n = 0;

  void room(int size) {
    n = 0;
    if (z.size() >= static_cast<std::size_t>(size)) return;
    z.resize(size), keys.resize(size), weights.resize(size), ids.resize(size);
  }
};

/// One a thread: a draw is never interrupted by another.
struct Scratch {
  std::vector<float> maxima;  ///< the greatest of each lane of each block, [blocks, width]
  std::vector<float> greatest;  ///< of each block
  std::vector<Fixed> sums;    ///< of each block
  std::vector<std::uint8_t> special;
  Some some, narrowed, sample, work[2];
  std::vector<std::pair<std::uint32_t, Fixed>> order;
  Patch patch;
  Ordered ordered;
  float noise[block_size];  ///< of the tokens of a block
};

[[gnu::noinline]] inline Scratch& scratch() {
  thread_local Scratch s;
  return s;
}

}  // namespace detail
}  // namespace tamis::simd
