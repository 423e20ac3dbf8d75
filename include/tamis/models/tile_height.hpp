#pragma once

/// \file tile_height.hpp
/// How many rows are multiplied together.

namespace tamis {

/// The height of the next tile of `left` rows, 1 to `most`. Few heights occur, for each is
/// compiled.
constexpr int tile_height(int left, int most) {
  if (left >= most) return most;
  if (left >= 8) return 8;
  return left >= 4 ? 4 : left;
}

/// How many tiles `rows` rows are cut into.
constexpr int tile_count(int rows, int most) {
  int count = 0;
  for (; rows > 0; rows -= tile_height(rows, most)) ++count;
  return count;
}

}  // namespace tamis
