#pragma once

#include <cstdint>

#include "half.hpp"

namespace tamis {

/// A number in half precision, IEEE 754 binary16, as models leave logits: torch's float16. What draws from such a row
/// draws from the floats that they are exactly.
struct Float16 {
  std::uint16_t bits = 0;

  constexpr operator float() const { return float_of_half(bits); }
};

}  // namespace tamis
