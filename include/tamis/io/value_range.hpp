#pragma once

/// \file value_range.hpp
/// Which numbers a parameter may have, and how to say so to a person.

#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>

namespace tamis {

/// The numbers from `least` to `greatest`, without the ends that are open. Infinite ends are never
/// among them: a parameter is a finite number.
struct ValueRange {
  double least = -std::numeric_limits<double>::infinity();
  double greatest = std::numeric_limits<double>::infinity();
  bool open_least = false;
  bool open_greatest = false;
  std::string_view remark = {};  ///< what a special value means, for the end of the sentence

  constexpr bool is_bounded() const { return least - least == 0 || greatest - greatest == 0; }

  constexpr bool contains(double value) const {
    const bool above = open_least ? value > least : value >= least;
    const bool below = open_greatest ? value < greatest : value <= greatest;
    const bool finite = value - value == 0;
    return finite && above && below;
  }
};

constexpr ValueRange at_least(double least, std::string_view remark = {}) {
  return {.least = least, .remark = remark};
}
constexpr ValueRange more_than(double least, std::string_view remark = {}) {
  return {.least = least, .open_least = true, .remark = remark};
}
constexpr ValueRange from_to(double least, double most, std::string_view remark = {}) {
  return {.least = least, .greatest = most, .remark = remark};
}
constexpr ValueRange above_and_up_to(double least, double most, std::string_view remark = {}) {
  return {.least = least, .greatest = most, .open_least = true, .remark = remark};
}
constexpr ValueRange from_and_below(double least, double most, std::string_view remark = {}) {
  return {.least = least, .greatest = most, .open_greatest = true, .remark = remark};
}

namespace detail {

/// A number in the fewest digits that read back as the same number; whole numbers without exponent.
inline std::string number_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  if (value == std::floor(value) && std::fabs(value) < 1e15)
    return std::to_string(static_cast<long long>(value));
  char digits[64];
  const auto end = std::to_chars(digits, digits + sizeof digits, value);
  return std::string(digits, end.ptr);
}

}  // namespace detail

/// The range in words, to follow "it must be": "0 or more", "from -2 to 2", "more than 0 and at
/// most 1".
inline std::string words_of(const ValueRange& range) {
  using detail::number_text;
  const bool below = std::isfinite(range.least);
  const bool above = std::isfinite(range.greatest);
  std::string words;
  if (below && above && !range.open_least && !range.open_greatest) {
    words = "from " + number_text(range.least) + " to " + number_text(range.greatest);
  } else if (below && above) {
    words = range.open_least ? "more than " + number_text(range.least)
                             : number_text(range.least) + " or more";
    words +=
        (range.open_greatest ? " and less than " : " and at most ") + number_text(range.greatest);
  } else if (below) {
    words = range.open_least ? "more than " + number_text(range.least)
                             : number_text(range.least) + " or more";
  } else if (above) {
    words = (range.open_greatest ? "less than " : "at most ") + number_text(range.greatest);
  } else {
    words = "a finite number";
  }
  if (!range.remark.empty()) words += " (" + std::string(range.remark) + ")";
  return words;
}

/// The sentence that refuses `value`: "top_p is 0; it must be more than 0 and at most 1 (1 keeps
/// all)".
inline std::string refusal_of(std::string_view name, double value, const ValueRange& range) {
  const bool finite = std::isfinite(value);
  const bool bounded = range.is_bounded();
  return std::string(name) + " is " + detail::number_text(value) + "; it must be " +
         (!finite && bounded ? "finite, " : "") + words_of(range);
}

}  // namespace tamis
