#pragma once

/// \file utf8.hpp
/// One step through UTF-8 that may be broken.

#include <cstdint>
#include <string_view>

namespace tamis {

/// U+FFFD, which stands where bytes make no character, in UTF-8.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

/// What stands at the front of some bytes: a code point, or what could have become one.
struct Utf8Step {
  enum class Kind {
    whole,   ///< a code point
    broken,  ///< the longest front of a code point that does not go on as it must
    cut      ///< the bytes end where the code point could still go on
  };
  Kind kind;
  char32_t code;         ///< the code point if it is whole; otherwise U+FFFD
  std::uint32_t length;  ///< the bytes stepped over, 1 to 4; 1 to 3 if broken or cut
};

/// Reads the front of `bytes`, which may not be empty. Overlong forms, surrogates and what lies
/// above U+10FFFF are broken.
///
/// Source: The Unicode Standard 16.0, table 3-7, and section 3.9 on maximal subparts: the practice
/// of Python, of Rust and of browsers, so that each broken step becomes one U+FFFD.
constexpr Utf8Step utf8_step(std::string_view bytes) {
  const auto byte = [&](std::uint32_t at) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at]));
  };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {Utf8Step::Kind::whole, lead, 1};
  if (lead < 0xC2 || lead > 0xF4) return {Utf8Step::Kind::broken, 0xFFFD, 1};
  const std::uint32_t following = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  std::uint32_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  std::uint32_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  char32_t code = lead & (0x3Fu >> following);
  for (std::uint32_t at = 1; at <= following; ++at) {
    if (at == bytes.size()) return {Utf8Step::Kind::cut, 0xFFFD, at};
    if (byte(at) < low || byte(at) > high) return {Utf8Step::Kind::broken, 0xFFFD, at};
    code = code << 6 | (byte(at) & 0x3F);
    low = 0x80;
    high = 0xBF;
  }
  return {Utf8Step::Kind::whole, code, following + 1};
}

}  // namespace tamis
