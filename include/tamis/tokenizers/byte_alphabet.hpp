#pragma once

/// \file byte_alphabet.hpp
/// The 256 characters that stand for bytes in the vocabulary of a byte-level tokenizer.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "utf8.hpp"

namespace tamis {

/// GPT-2's alphabet: a byte that is a printable character of Latin-1 stands for itself; the other
/// 68, in order, are written U+0100 to U+0143. The space is U+0120, a G with a dot above.
///
/// Source: openai/gpt-2, src/encoder.py, bytes_to_unicode.
class ByteAlphabet {
 public:
  /// The character that stands for a byte, in UTF-8.
  static std::string character(unsigned char byte) {
    const char32_t code = codes[byte];
    if (code < 0x80) return {static_cast<char>(code)};
    return {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 0x3F))};
  }

  /// The bytes for which the characters of `text` stand; nothing if one of them stands for no byte.
  static std::optional<std::string> bytes(std::string_view text) {
    std::string bytes;
    while (!text.empty()) {
      const Utf8Step step = utf8_step(text);
      if (step.kind != Utf8Step::Kind::whole || step.code >= values.size() || values[step.code] < 0)
        return std::nullopt;
      bytes.push_back(static_cast<char>(values[step.code]));
      text.remove_prefix(step.length);
    }
    return bytes;
  }

 private:
  static constexpr std::array<char32_t, 256> codes = [] {
    std::array<char32_t, 256> codes{};
    char32_t next = 0x100;
    for (unsigned byte = 0; byte < 256; ++byte)
      codes[byte] = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte != 0xAD) ? byte : next++;
    return codes;
  }();

  static constexpr std::array<std::int16_t, 0x144> values = [] {
    std::array<std::int16_t, 0x144> values{};
    for (auto& value : values) value = -1;
    for (std::size_t byte = 0; byte < 256; ++byte)
      values[codes[byte]] = static_cast<std::int16_t>(byte);
    return values;
  }();
};

}  // namespace tamis
