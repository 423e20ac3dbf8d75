#pragma once

#include <cstdint>

namespace tamis {

/// Draws a token with its probability: one random number a row, and the token in whose share of the
/// distribution it falls, shares laid end to end in the order of ids. Exact: the shares are integers.
struct Multinomial {
  constexpr std::uint64_t point(std::uint64_t u) const { return u; }
};

}  // namespace tamis
