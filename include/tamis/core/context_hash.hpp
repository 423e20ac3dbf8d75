#pragma once

/// \file context_hash.hpp
/// A number that follows from a key and some tokens: what a watermark makes its noise of.

#include <cstdint>
#include <span>

#include "philox.hpp"
#include "types.hpp"

namespace tamis {

/// 64 bits that look random to who does not know the key, the same for the same tokens in the same order; never 0, so
/// that it can be the `mark` of a Stream.
constexpr std::uint64_t context_hash(std::uint64_t key, std::span<const TokenId> context) {
  std::uint64_t hash = key, place = 0;
  for (const TokenId id : context) {
    const Philox4 x = philox(hash, ++place, static_cast<std::uint32_t>(id));  // a mark's own noise has the place 0
    hash = std::uint64_t{x.word[1]} << 32 | x.word[0];
  }
  return hash != 0 ? hash : 1;
}

}  // namespace tamis
