#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "../core/types.hpp"

namespace tamis {

/// Do these tokens end with a block of at most `longest` tokens more than `repeats` times in a row?
///
/// Costs a comparison for each length of a block where nothing repeats itself.
inline bool is_loop(std::span<const TokenId> tokens, std::size_t longest, std::size_t repeats) {
  for (std::size_t block = 1; block <= longest && block < tokens.size(); ++block) {
    // The block stands k + 1 times if k blocks equal what is a block before them.
    if (repeats > tokens.size() / block) return false;
    const std::size_t compared = repeats * block;
    if (compared + block > tokens.size()) return false;
    if (std::equal(tokens.rbegin(), tokens.rbegin() + static_cast<std::ptrdiff_t>(compared),
                   tokens.rbegin() + static_cast<std::ptrdiff_t>(block)))
      return true;
  }
  return false;
}

}  // namespace tamis
