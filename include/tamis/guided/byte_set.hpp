#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tamis::guided {

/// A set of bytes.
class ByteSet {
 public:
  constexpr bool contains(unsigned byte) const { return words_[byte / 64] >> (byte % 64) & 1u; }
  constexpr void add(unsigned byte) { words_[byte / 64] |= std::uint64_t{1} << (byte % 64); }
  /// Adds the bytes from `first` to `last`, both included.
  constexpr void add(unsigned first, unsigned last) {
    for (unsigned byte = first; byte <= last; ++byte) add(byte);
  }
  constexpr bool is_empty() const { return !(words_[0] | words_[1] | words_[2] | words_[3]); }
  constexpr bool includes(const ByteSet& other) const {
    std::uint64_t beyond = 0;
    for (std::size_t i = 0; i < 4; ++i) beyond |= other.words_[i] & ~words_[i];
    return beyond == 0;
  }
  constexpr std::size_t size() const {
    int n = 0;
    for (const std::uint64_t word : words_) n += __builtin_popcountll(word);
    return static_cast<std::size_t>(n);
  }
  /// The bytes 64 k to 64 k + 63, the least in the lowest bit.
  constexpr std::uint64_t word(std::size_t k) const { return words_[k]; }

  constexpr ByteSet& operator|=(const ByteSet& other) {
    for (std::size_t i = 0; i < 4; ++i) words_[i] |= other.words_[i];
    return *this;
  }
  constexpr ByteSet& operator&=(const ByteSet& other) {
    for (std::size_t i = 0; i < 4; ++i) words_[i] &= other.words_[i];
    return *this;
  }
  friend constexpr bool operator==(const ByteSet&, const ByteSet&) = default;

 private:
  std::array<std::uint64_t, 4> words_ = {};
};

}  // namespace tamis::guided
