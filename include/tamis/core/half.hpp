#pragma once

/// \file half.hpp
/// Half precision (IEEE 754 binary16) to single and back, for any machine.

#include <bit>
#include <cstdint>

namespace tamis {

/// The number whose binary16 representation is `half`; exact. A NaN stays one.
constexpr float float_of_half(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000u) << 16, magnitude = half & 0x7fffu;
  if (magnitude >= 0x7c00u)
    return std::bit_cast<float>(sign | 0x7f800000u | (magnitude & 0x3ffu) << 13);
  // The exponent's bias is 112 less; multiplying corrects it, and makes subnormal numbers normal.
  const float scaled = std::bit_cast<float>(magnitude << 13) * 0x1p112f;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(scaled) | sign);
}

/// The binary16 representation nearest to `value`, of two equally near the even one; infinity from
/// 65520 on. A NaN becomes a quiet one.
constexpr std::uint16_t half_of_float(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000u);
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  const auto signed_bits = [&](std::uint32_t half) {
    return static_cast<std::uint16_t>(sign | half);
  };
  if (magnitude > 0x7f800000u) return signed_bits(0x7e00u);
  if (magnitude >= 0x477ff000u) return signed_bits(0x7c00u);  // 65520
  if (magnitude < 0x38800000u) {  // below 2^-14: in steps of 2^-24, which adding 0.5 rounds to
    const float steps = std::bit_cast<float>(magnitude) + 0.5f;
    return signed_bits(std::bit_cast<std::uint32_t>(steps) - 0x3f000000u);
  }
  const std::uint32_t odd = magnitude >> 13 & 1;
  return signed_bits((magnitude - 0x38000000u + 0xfffu + odd) >> 13);
}

}  // namespace tamis
