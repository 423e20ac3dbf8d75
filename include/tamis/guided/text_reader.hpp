#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tamis::guided {

/// Writes a code point in UTF-8.
template <class Text>
constexpr void append_utf8(Text& text, char32_t c) {
  const auto put = [&](char32_t byte) { text.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6);
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

/// Reads a text code point by code point, for the parsers of grammars.
class TextReader {
 public:
  static constexpr char32_t invalid = 0xffffffff;  ///< bytes that are not UTF-8

  constexpr explicit TextReader(std::string_view text) : text_(text) {}

  constexpr std::size_t position() const { return at_; }  ///< in bytes
  constexpr std::string_view text() const { return text_; }
  constexpr std::string_view rest() const { return text_.substr(at_); }
  constexpr bool at_end() const { return at_ >= text_.size(); }
  constexpr void to_end() { at_ = text_.size(); }
  constexpr void seek(std::size_t position) { at_ = position; }

  constexpr bool is_at(char c) const { return !at_end() && text_[at_] == c; }
  constexpr bool is_at(std::string_view word) const { return text_.substr(at_, word.size()) == word; }
  constexpr bool is_digit() const { return !at_end() && text_[at_] >= '0' && text_[at_] <= '9'; }
  /// The value of a hexadecimal digit here; -1 if there is none.
  constexpr int hexadecimal_digit() const {
    if (at_end()) return -1;
    const char c = text_[at_];
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  }

  constexpr bool take(char c) {
    if (!is_at(c)) return false;
    ++at_;
    return true;
  }
  constexpr bool take(std::string_view word) {
    if (!is_at(word)) return false;
    at_ += word.size();
    return true;
  }

  constexpr char32_t peek() const {
    TextReader copy(*this);
    return copy.next();
  }

  /// The next code point; `invalid`, after one byte, where there is none. Not at the end.
  constexpr char32_t next() {
    const auto byte = [&](std::size_t i) {
      return static_cast<unsigned char>(at_ + i < text_.size() ? text_[at_ + i] : 0);
    };
    const unsigned char lead = byte(0);
    int more = 0;
    char32_t c = lead;
    if (lead >= 0xf0 && lead <= 0xf4)
      more = 3, c = lead & 0x07u;
    else if (lead >= 0xe0)
      more = lead < 0xf0 ? 2 : -1, c = lead & 0x0fu;
    else if (lead >= 0xc2)
      more = 1, c = lead & 0x1fu;
    else if (lead >= 0x80)
      more = -1;
    for (int i = 1; i <= more; ++i) {
      const unsigned char following = byte(static_cast<std::size_t>(i));
      if ((following & 0xc0) != 0x80)
        more = -1;
      else
        c = c << 6 | (following & 0x3fu);
    }
    const char32_t least[] = {0, 0x80, 0x800, 0x10000};
    if (more < 0 || c < least[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
      ++at_;
      return invalid;
    }
    at_ += static_cast<std::size_t>(more) + 1;
    return c;
  }

  /// A number of at most so many hexadecimal digits, or of exactly so many; nothing, if they are not there.
  constexpr std::optional<std::uint32_t> hexadecimal(int most, bool exactly) {
    std::uint32_t value = 0;
    int count = 0;
    for (; count < most && hexadecimal_digit() >= 0; ++count) {
      value = value * 16 + static_cast<std::uint32_t>(hexadecimal_digit());
      next();
    }
    return count == 0 || (exactly && count < most) ? std::nullopt : std::optional(value);
  }

  /// The code of a character after `\u` or the like: so many hexadecimal digits, or up to eight in braces; of four, two
  /// surrogates are one character. Nothing, if they are not there.
  constexpr std::optional<std::uint32_t> code(int length) {
    const bool in_braces = take('{');
    auto value = hexadecimal(in_braces ? 8 : length, !in_braces);
    if (in_braces && !take('}')) value = std::nullopt;
    if (value && *value >= 0xd800 && *value < 0xdc00 && length == 4 &&
        !in_braces) {  // two surrogates are one character
      const std::size_t here = position();
      const auto low = take('\\') && take('u') ? hexadecimal(4, true) : std::nullopt;
      if (low && *low >= 0xdc00 && *low < 0xe000)
        value = 0x10000 + ((*value - 0xd800) << 10) + (*low - 0xdc00);
      else
        seek(here);
    }
    return value;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace tamis::guided
