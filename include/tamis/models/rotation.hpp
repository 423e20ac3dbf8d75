#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

namespace tamis {

/// Rotary positions: adjacent pairs of a head's first numbers turn by an angle that grows with the
/// position.
///
/// Source: Su et al., "RoFormer: enhanced transformer with rotary position embedding", 2021.
struct Rotation {
  std::span<const float> frequencies;  ///< [pairs], radians a position
  int head_size;                       ///< twice the pairs, or more

  /// The cosine and sine of each pair's angle at the positions from `begin` on, none beyond `last`,
  /// to [count][pairs][2].
  void angles(int begin, int count, float* to, int last = std::numeric_limits<int>::max()) const {
    for (int t = 0; t < count; ++t)
      for (const float frequency : frequencies) {
        const double angle = static_cast<double>(std::min(begin + t, last)) * frequency;
        *to++ = static_cast<float>(std::cos(angle));
        *to++ = static_cast<float>(std::sin(angle));
      }
  }

  /// Turns the heads in each of the rows, [count][stride], of which a row is [heads][head_size].
  void rotate(float* rows, int count, int heads, int stride, const float* angles) const {
    const int rotated = 2 * static_cast<int>(frequencies.size());
    for (int t = 0; t < count; ++t, rows += stride, angles += rotated)
      for (int head = 0; head < heads; ++head) {
        float* x = rows + std::ptrdiff_t{head} * head_size;
        for (int i = 0; i < rotated; i += 2) {
          const float even = x[i], odd = x[i + 1];
          x[i] = even * angles[i] - odd * angles[i + 1];
          x[i + 1] = even * angles[i + 1] + odd * angles[i];
        }
      }
  }
};

}  // namespace tamis
