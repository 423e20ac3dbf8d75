#pragma once

/// \file rows.hpp
/// Rows of logits that find bugs, the same ones on every machine and with every standard library.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "../core/math.hpp"
#include "../core/philox.hpp"
#include "../core/types.hpp"

namespace tamis::testing {

/// The shapes of rows. A token can be drawn from each up to `largest_floats`; from those after it
/// none can.
enum class RowKind {
  normal_narrow,  ///< normal, standard deviation 0.1: nearly uniform, so that cuts fall among many
  normal,         ///< standard deviation 3: as models make them
  normal_wide,    ///< standard deviation 30: weights underflow
  rounded,        ///< standard deviation 3, rounded to integers: ties everywhere, at every cut
  all_equal,      ///< one tie
  two_values,     ///< 0 or -2 by a coin
  one_towers,     ///< standard deviation 3, and one token 100 above the greatest
  half_masked,    ///< standard deviation 3, every second one at random -inf
  one_finite,     ///< -inf but for one
  ascending,      ///< evenly from -8 to 8, in order of id
  descending,     ///< the reverse
  long_tail,  ///< all 0 but for the last, whose weight makes each of the others 2^-25 of the whole
  denormals,  ///< positive and negative numbers below 1.2e-38: all weights are 1
  offset,  ///< standard deviation 3 about 10,000: exp overflows where the maximum is not subtracted
  huge,    ///< spread evenly over +-1e30, so that differences swallow all
  largest_floats,  ///< the greatest float and its negative: their difference overflows
  all_masked,      ///< -inf: nothing can be drawn
  one_nan,         ///< standard deviation 3, and one that is not a number
};

/// The kinds with a token to draw.
inline constexpr std::array row_kinds{
    RowKind::normal_narrow, RowKind::normal,     RowKind::normal_wide, RowKind::rounded,
    RowKind::all_equal,     RowKind::two_values, RowKind::one_towers,  RowKind::half_masked,
    RowKind::one_finite,    RowKind::ascending,  RowKind::descending,  RowKind::long_tail,
    RowKind::denormals,     RowKind::offset,     RowKind::huge,        RowKind::largest_floats};

/// The kinds with none: a sampler must say so.
inline constexpr std::array hopeless_row_kinds{RowKind::all_masked, RowKind::one_nan};

/// Sizes about the edges: one token, two, a partial register, one more than a register of any
/// width, one more than a block of 128, and the greatest vocabularies there are.
inline constexpr std::array<std::size_t, 8> row_sizes{
    1, 2, 7, 33, 130, 1000, std::size_t{1} << 17, std::size_t{1} << 18};

/// The name of a kind, as in the enumeration.
constexpr std::string_view name_of(RowKind kind) {
  constexpr std::array<std::string_view, 18> names{
      "normal_narrow", "normal",      "normal_wide", "rounded",        "all_equal",  "two_values",
      "one_towers",    "half_masked", "one_finite",  "ascending",      "descending", "long_tail",
      "denormals",     "offset",      "huge",        "largest_floats", "all_masked", "one_nan"};
  return names[static_cast<std::size_t>(kind)];
}

namespace detail {

/// A standard normal number, a function of (seed, index), of the same bits everywhere: Marsaglia's
/// polar method ("A convenient method for generating normal variables", 1964) with the radius in
/// integers and the logarithm of core/math.hpp.
inline float standard_normal(std::uint64_t seed, std::uint64_t index) {
  for (std::uint64_t trial = 0;; ++trial) {
    const Philox4 bits = philox(seed, index, trial);
    const std::int64_t x = static_cast<std::int32_t>(bits.word[0]) >> 1;  // in [-2^30, 2^30)
    const std::int64_t y = static_cast<std::int32_t>(bits.word[1]) >> 1;
    const std::int64_t square = x * x + y * y;
    if (square == 0 || square >= std::int64_t{1} << 60) continue;
    const float radius =
        static_cast<float>(square) * (1.0f / 1152921504606846976.0f);  // by 2^60: in (0, 1]
    return static_cast<float>(x) * (1.0f / 1073741824.0f) *
           std::sqrt(-2.0f * tamis::log(radius) / radius);
  }
}

}  // namespace detail

/// A row of `size` >= 1 logits of a kind; the seed picks one of many (of the kinds without chance
/// there is one).
inline std::vector<float> make_row(RowKind kind, std::uint64_t seed, std::size_t size) {
  const auto normal = [&](std::size_t i) { return detail::standard_normal(seed, i); };
  const auto bits = [&](std::size_t i) {
    return philox(seed, i, ~std::uint64_t{0}).word[2];
  };  // not those of `normal`
  const std::size_t chosen = bits(size) % std::max<std::size_t>(size, 1);
  const float last = static_cast<float>(std::max<std::size_t>(size, 2) - 1);

  std::vector<float> row(size);
  for (std::size_t i = 0; i < size; ++i) {
    switch (kind) {
      case RowKind::normal_narrow:
        row[i] = 0.1f * normal(i);
        break;
      case RowKind::normal_wide:
        row[i] = 30.0f * normal(i);
        break;
      case RowKind::rounded:
        row[i] = std::nearbyint(3.0f * normal(i));
        break;
      case RowKind::all_equal:
        row[i] = 1.5f;
        break;
      case RowKind::two_values:
        row[i] = bits(i) & 1 ? 0.0f : -2.0f;
        break;
      case RowKind::half_masked:
        row[i] = bits(i) & 1 || i == chosen ? 3.0f * normal(i) : masked;
        break;
      case RowKind::one_finite:
        row[i] = i == chosen ? -2.5f : masked;
        break;
      case RowKind::ascending:
        row[i] = 16.0f * (static_cast<float>(i) / last - 0.5f);
        break;
      case RowKind::descending:
        row[i] = 16.0f * (static_cast<float>(size - 1 - i) / last - 0.5f);
        break;
      case RowKind::long_tail:
        row[i] = 0;
        break;
      case RowKind::denormals:
        row[i] = std::ldexp(static_cast<float>(static_cast<std::int32_t>(bits(i)) >> 9), -149);
        break;
      case RowKind::offset:
        row[i] = std::nearbyint(1024 * (3.0f * normal(i))) / 1024 + 10000.0f;
        break;
      case RowKind::huge:
        row[i] = static_cast<float>(static_cast<std::int32_t>(bits(i))) * (1e30f / 2147483648.0f);
        break;
      case RowKind::largest_floats:
        row[i] =
            bits(i) & 1 ? std::numeric_limits<float>::max() : std::numeric_limits<float>::lowest();
        break;
      case RowKind::all_masked:
        row[i] = masked;
        break;
      case RowKind::normal:
      case RowKind::one_towers:
      case RowKind::one_nan:
        row[i] = 3.0f * normal(i);
        break;
    }
  }
  if (size == 0) return row;
  if (kind == RowKind::one_towers) row[chosen] = *std::max_element(row.begin(), row.end()) + 100.0f;
  if (kind == RowKind::one_nan) row[chosen] = std::numeric_limits<float>::quiet_NaN();
  if (kind == RowKind::long_tail)
    row[size - 1] = tamis::log(33554432.0f - static_cast<float>(size - 1));
  return row;
}

/// Calls `see(kind, row)` with a row of every kind in `row_kinds` at every size in `row_sizes` up
/// to `largest`.
template <class See>
void for_each_row(std::uint64_t seed, std::size_t largest, See&& see) {
  for (const std::size_t size : row_sizes)
    for (const RowKind kind : row_kinds)
      if (size <= largest) see(kind, make_row(kind, seed, size));
}

}  // namespace tamis::testing
