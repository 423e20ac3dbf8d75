#pragma once

#include <array>
#include <cstdint>

#include "token_tree.hpp"

namespace tamis::guided {

/// Characters: some of ASCII, and perhaps all others.
struct CharacterClass {
  std::array<std::uint64_t, 2> ascii = {};
  bool all_others = false;

  /// Whether all bytes below a node are such characters.
  bool includes(const TokenTree::Shape& shape) const {
    return ((shape.ascii[0] & ~ascii[0]) | (shape.ascii[1] & ~ascii[1])) == 0 &&
           (!shape.has_others || (all_others && shape.is_well_formed));
  }
  bool contains(unsigned byte) const {
    return byte < 0x80 && (ascii[byte / 64] >> (byte % 64) & 1u) != 0;
  }
  int width() const {
    return __builtin_popcountll(ascii[0]) + __builtin_popcountll(ascii[1]) + (all_others ? 64 : 0);
  }
  friend bool operator==(const CharacterClass&, const CharacterClass&) = default;
};

}  // namespace tamis::guided
