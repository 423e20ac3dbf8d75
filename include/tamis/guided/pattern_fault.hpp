#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tamis::guided {

/// What is wrong with a pattern: the first fault, in a sentence that the compiler can put together
/// as well.
class PatternFault {
 public:
  constexpr bool is_there() const { return !text_.empty(); }
  constexpr std::string_view text() const { return {text_.data(), text_.size()}; }
  constexpr std::size_t byte() const { return byte_; }  ///< at which it was seen, from 1

  /// Unless there is one already. `what` are texts and numbers, which are the sentence together.
  template <class... What>
  constexpr void set(std::size_t byte, const What&... what) {
    if (is_there()) return;
    byte_ = byte;
    (add(what), ...);
  }

 private:
  constexpr void add(std::string_view text) { text_.insert(text_.end(), text.begin(), text.end()); }
  constexpr void add(std::uint32_t number) {
    char digits[10] = {};
    std::size_t at = sizeof digits;
    do digits[--at] = static_cast<char>('0' + number % 10);
    while ((number /= 10) > 0);
    add(std::string_view(digits + at, sizeof digits - at));
  }

  std::vector<char> text_;
  std::size_t byte_ = 0;
};

}  // namespace tamis::guided
