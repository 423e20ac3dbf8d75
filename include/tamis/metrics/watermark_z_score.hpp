#pragma once

/// \file watermark_z_score.hpp
/// Does a text have more green tokens than chance gives it?

#include <cmath>
#include <cstdint>
#include <limits>

namespace tamis::metrics {

/// How surprising a text would be without the watermark that is sought.
struct WatermarkScore {
  double z = 0;  ///< standard deviations above the mean; 4 is the usual threshold of certainty
  double p_value = 1;  ///< probability that a text without a watermark has as many, or as high a score
};

/// The score of `green` green tokens among `tokens` scored ones, where a share `ratio` in (0, 1) of
/// the vocabulary is green: \f$ z = (g - rT) / \sqrt{T r (1 - r)} \f$. NaN of no tokens. The p-value is
/// that of the normal limit, which is too small in short texts; green_list_score's is exact.
///
/// Source: Kirchenbauer et al., "A watermark for large language models", ICML 2023.
inline WatermarkScore watermark_z_score(std::uint64_t green, std::uint64_t tokens, double ratio) {
  const double count = static_cast<double>(tokens);
  const double z =
      (static_cast<double>(green) - ratio * count) / std::sqrt(count * ratio * (1 - ratio));
  return {z, std::erfc(z / std::sqrt(2.0)) / 2};
}

}  // namespace tamis::metrics
