#pragma once

#include <bit>
#include <cstdint>

namespace tamis {

/// The upper half of a float, as models leave logits: torch's bfloat16. What draws from such a row draws from the floats
/// that they are exactly.
struct BFloat16 {
  std::uint16_t bits = 0;

  constexpr operator float() const { return std::bit_cast<float>(std::uint32_t{bits} << 16); }
};

}  // namespace tamis
