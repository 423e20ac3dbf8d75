#pragma once

/// \file shared.hpp
/// The shared memory of a block.

#include <cstdint>

#include "../../core/types.hpp"

namespace tamis::team {

inline constexpr int most_blocks = 16;   ///< of a cluster
inline constexpr int most_groups = 128;  ///< warps of a cluster
inline constexpr int most_warps = 32;    ///< of a block
inline constexpr int most_values = 5;    ///< folded at once
inline constexpr int bin_count = 2048;   ///< bins of counts
inline constexpr int limbs = 4;          ///< 32-bit words that a weight is added up in, 11 bits in each
inline constexpr int sum_count = bin_count / limbs;  ///< bins of weights
inline constexpr int few = 256;          ///< so many tokens are weighed each against each

/// The largest vocabulary: a limb of 11 bits, so many times, fits in 32 bits.
inline constexpr int most_tokens = 1 << 21;

/// Of each block. Sums are integers, so the order in which threads add is no matter.
///
/// \tparam Capacity  how many tokens can be gathered
/// \tparam Far       Capacity again if there are several blocks: the room for what the others have gathered
template <int Capacity, int Far>
struct BasicShared {
  static constexpr int capacity = Capacity;

  std::uint64_t all[2][most_values][most_groups];  ///< what each warp of the cluster adds to a fold; used in turns
  std::uint64_t own[2][most_values][most_warps];   ///< the same within the block
  std::uint64_t scan[most_warps];
  std::uint64_t found_before;  ///< the weight before the bin that was searched for
  std::uint32_t found_bin;
  std::uint32_t gathered;               ///< how many tokens this block has gathered
  std::uint32_t kept;                   ///< how many of the gathered stay
  std::uint32_t counts[most_blocks];    ///< how many each block has gathered
  std::uint32_t bins[bin_count];
  std::uint64_t weights[few];  ///< of tokens that are weighed each against each
  std::uint32_t keys[few];
  TokenId kept_ids[few];  ///< the gathered that stay, if they are few
  float kept_logits[few];
  Choice choice;
  int live;                  ///< how many tokens were left at the draw
  TokenId ids[Capacity];     ///< the gathered tokens
  float logits[Capacity];
  TokenId far_ids[Far];      ///< the gathered tokens, where each block has put them
  float far_logits[Far];
};

using Shared = BasicShared<4096, 4096>;

}  // namespace tamis::team
