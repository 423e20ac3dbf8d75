#pragma once

/// \file layout.hpp
/// How a batch is spread over a device, and what lies where in a block's shared memory. Host arithmetic, without CUDA.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "../team/tokens.hpp"
#include "batch.hpp"

namespace tamis::cuda {

/// The shared memory of a block, in bytes from its beginning.
struct Layout {
  std::uint32_t bits = 0, bit_count = 0;      ///< where the bits of the block's tokens lie, and how many
  std::uint32_t logits = 0, logit_count = 0;  ///< the same of their logits; none if there is no room
  std::uint32_t bytes = 0;                    ///< of all
};

/// What a device offers.
struct Device {
  int processors = 0;    ///< streaming multiprocessors
  int shared_bytes = 0;  ///< the most shared memory that a block can have
  bool clusters = false;
};

/// \param memory    the bytes of the team's own memory, which come first
/// \param special   whether anything is known of the tokens besides their logits
/// \param size      the bytes of a logit
/// \param resident  whether the logits are to lie there, if there is room
constexpr Layout layout_of(std::size_t memory, int vocab_size, Spread spread, bool special, std::size_t size,
                           int shared_bytes, bool resident = true) {
  const int warps = spread.threads / 32;
  const auto tokens = static_cast<std::uint32_t>(warps * team::tokens_of_a_warp(vocab_size, spread.blocks * warps));
  Layout layout;
  std::uint32_t end = static_cast<std::uint32_t>((memory + 15) / 16 * 16);
  if (special && end + tokens / 8 <= static_cast<std::uint32_t>(shared_bytes)) {
    layout.bits = end, layout.bit_count = tokens;
    end += (tokens / 8 + 15) / 16 * 16;
  }
  if (resident && end + tokens * size <= static_cast<std::size_t>(shared_bytes)) {
    layout.logits = end, layout.logit_count = tokens;
    end += static_cast<std::uint32_t>(tokens * size);
  }
  layout.bytes = end;
  return layout;
}

/// The spread for a batch, where the caller has not said: few rows over many blocks, each of which then keeps its part of
/// the logits in shared memory; of many rows each by one block, which streams them.
constexpr Spread spread_for(Spread asked, int rows, const Device& device) {
  Spread spread = asked;
  if (spread.threads == 0) spread.threads = 512;
  if (spread.blocks == 0) {
    spread.blocks = 1;
    if (device.clusters && rows * 8 <= device.processors) spread.blocks = 8;
    else if (device.clusters && rows * 4 <= 2 * device.processors) spread.blocks = 4;
  }
  return spread;
}

}  // namespace tamis::cuda
