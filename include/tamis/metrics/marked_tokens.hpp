#pragma once

/// \file marked_tokens.hpp
/// The tokens of a text with the noise that a watermark would have had for them.

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_set>

#include "../core/context_hash.hpp"
#include "../core/philox.hpp"
#include "../core/types.hpp"

namespace tamis::metrics {

/// Calls `see(stream, token)` for each token of the text behind the first `width`, with the noise that the source
/// Watermark makes of `key` and the `width` tokens before; returns how many there were. The same tokens after the same
/// tokens count once, for their noise is the same: so what is seen is independent in a text without the watermark.
template <class See>
std::size_t for_each_marked_token(std::span<const TokenId> text, std::uint64_t key, std::size_t width, See&& see) {
  std::unordered_set<std::uint64_t> seen;
  for (std::size_t place = width; place < text.size(); ++place) {
    const std::uint64_t mark = context_hash(key, text.subspan(place - width, width));
    if (!seen.insert(context_hash(mark, text.subspan(place, 1))).second) continue;
    see(Stream{.mark = mark}, text[place]);
  }
  return seen.size();
}

}  // namespace tamis::metrics
