#pragma once

/// \file composed.hpp
/// Text in Unicode's normalization form C: letters and their marks together where there is such a
/// character.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unicode_compositions.hpp"
#include "unicode_singletons.hpp"
#include "utf8.hpp"

namespace tamis {

namespace detail {

/// Normalization form C of one run of code points.
///
/// Source: Unicode Standard Annex 15; for Hangul The Unicode Standard, section 3.12.
class Composer {
 public:
  void add(char32_t code) { take_apart(code); }

  /// Puts what was added together, and begins anew.
  std::vector<char32_t> finish() {
    sort_marks();
    std::vector<char32_t> all;
    std::size_t starter = none;
    std::uint32_t last = 0;  // the combining class of what stands before, after the starter
    for (const Code& code : codes_) {
      const bool is_reachable =
          starter != none && (all.size() - 1 == starter || last < code.combining);
      if (const char32_t both = is_reachable ? composed(all[starter], code.code) : 0; both != 0) {
        all[starter] = both;
        continue;
      }
      if (code.combining == 0) starter = all.size();
      last = code.combining;
      all.push_back(code.code);
    }
    codes_.clear();
    return all;
  }

 private:
  struct Code {
    char32_t code;
    std::uint32_t combining;
  };
  struct Pair {
    std::uint32_t first, second, both;
  };
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  static constexpr std::uint32_t excluded = 1u << 31;
  static constexpr char32_t lead = 0x1100, vowel = 0x1161, tail = 0x11a7, syllable = 0xac00;
  static constexpr char32_t leads = 19, vowels = 21, tails = 28;

  /// Its parts, and theirs.
  void take_apart(char32_t code) {
    if (code >= syllable && code < syllable + leads * vowels * tails) {
      const char32_t index = code - syllable;
      codes_.push_back({lead + index / (vowels * tails), 0});
      codes_.push_back({vowel + index / tails % vowels, 0});
      if (index % tails != 0) codes_.push_back({tail + index % tails, 0});
      return;
    }
    if (const std::uint32_t* single = row_of<2>(unicode::singletons, code)) {
      take_apart(single[1]);
    } else if (const std::uint32_t* pair = row_of<3>(unicode::pairs, code)) {
      take_apart(pair[1]);
      take_apart(pair[2]);
    } else {
      codes_.push_back({code, combining(code)});
    }
  }

  /// The row of a table, in order, whose number at `key` is not below `code`; null if there is
  /// none.
  template <std::size_t columns, std::size_t key = 0, std::size_t size>
  static const std::uint32_t* row_from(const std::uint32_t (&table)[size], char32_t code) {
    std::size_t low = 0, high = size / columns;
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if ((table[columns * middle + key] & ~excluded) < code)
        low = middle + 1;
      else
        high = middle;
    }
    return columns * low < size ? table + columns * low : nullptr;
  }
  template <std::size_t columns, std::size_t size>
  static const std::uint32_t* row_of(const std::uint32_t (&table)[size], char32_t code) {
    const std::uint32_t* row = row_from<columns>(table, code);
    return row && (*row & ~excluded) == code ? row : nullptr;
  }
  static std::uint32_t combining(char32_t code) {
    const std::uint32_t* row = row_from<3, 1>(unicode::combining_classes, code);
    return row && row[0] <= code ? row[2] : 0;
  }

  /// The marks after a letter, in the order of their classes.
  void sort_marks() {
    for (auto begin = codes_.begin(); begin != codes_.end();) {
      const auto is_starter = [](const Code& code) { return code.combining == 0; };
      begin = std::find_if_not(begin, codes_.end(), is_starter);
      const auto end = std::find_if(begin, codes_.end(), is_starter);
      std::stable_sort(begin, end,
                       [](const Code& a, const Code& b) { return a.combining < b.combining; });
      begin = end;
    }
  }

  /// What two code points are together; 0 if nothing.
  static char32_t composed(char32_t first, char32_t second) {
    if (first >= lead && first < lead + leads && second >= vowel && second < vowel + vowels)
      return syllable + ((first - lead) * vowels + (second - vowel)) * tails;
    if (first >= syllable && first < syllable + leads * vowels * tails &&
        (first - syllable) % tails == 0 && second > tail && second < tail + tails)
      return first + (second - tail);
    static const std::vector<Pair> pairs = [] {
      std::vector<Pair> all;
      for (std::size_t i = 0; i < std::size(unicode::pairs); i += 3)
        if (const std::uint32_t* at = unicode::pairs + i; (at[0] & excluded) == 0)
          all.push_back({at[1], at[2], at[0]});
      std::sort(all.begin(), all.end(), is_before);
      return all;
    }();
    const Pair asked{first, second, 0};
    const auto at = std::lower_bound(pairs.begin(), pairs.end(), asked, is_before);
    return at != pairs.end() && at->first == first && at->second == second ? at->both : 0;
  }
  static bool is_before(const Pair& a, const Pair& b) {
    return std::pair(a.first, a.second) < std::pair(b.first, b.second);
  }

  std::vector<Code> codes_;
};

inline void append_code(std::string& text, char32_t code) {
  const auto byte = [&](char32_t bits) { text += static_cast<char>(bits); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xc0 | code >> 6);
  } else {
    if (code < 0x10000) {
      byte(0xe0 | code >> 12);
    } else {
      byte(0xf0 | code >> 18);
      byte(0x80 | (code >> 12 & 0x3f));
    }
    byte(0x80 | (code >> 6 & 0x3f));
  }
  byte(0x80 | (code & 0x3f));
}

}  // namespace detail

/// `text` in normalization form C. Bytes that are no UTF-8 stay as they are, and nothing goes
/// together across them.
///
/// Beware: HF's package `tokenizers` has an older Unicode, which does not know the marks of some
/// scripts that have come since.
inline std::string composed(std::string_view text) {
  // Below U+0300 all is as it should be: the bytes up to CB are of such code points.
  const auto is_low = [](char byte) { return static_cast<unsigned char>(byte) < 0xcc; };
  if (std::all_of(text.begin(), text.end(), is_low)) return std::string(text);
  std::string result;
  result.reserve(text.size());
  detail::Composer composer;
  const auto flush = [&] {
    for (const char32_t code : composer.finish()) detail::append_code(result, code);
  };
  while (!text.empty()) {
    const Utf8Step step = utf8_step(text);
    if (step.kind == Utf8Step::Kind::whole) {
      composer.add(step.code);
    } else {
      flush();
      result += text.substr(0, step.length);
    }
    text.remove_prefix(step.length);
  }
  flush();
  return result;
}

}  // namespace tamis
