#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace tamis::guided {

/// Code points from `first` to `last`, both included.
struct CodePointRange {
  char32_t first, last;
  friend constexpr bool operator==(const CodePointRange&, const CodePointRange&) = default;
};

/// A set of Unicode scalar values: what a character class of a pattern matches. Surrogates are in none.
class CodePoints {
 public:
  static constexpr char32_t greatest = 0x10ffff;

  constexpr CodePoints() = default;
  constexpr CodePoints(std::initializer_list<CodePointRange> ranges) {
    for (const CodePointRange& r : ranges) add(r.first, r.last);
  }

  static constexpr CodePoints all() { return {{0, greatest}}; }

  constexpr bool is_empty() const { return ranges_.empty(); }
  /// Ascending, apart from each other.
  constexpr const std::vector<CodePointRange>& ranges() const { return ranges_; }

  constexpr bool contains(char32_t c) const {
    const auto after = std::upper_bound(ranges_.begin(), ranges_.end(), c,
                                        [](char32_t value, const CodePointRange& r) { return value < r.first; });
    return after != ranges_.begin() && c <= std::prev(after)->last;
  }

  constexpr void add(char32_t c) { add(c, c); }

  constexpr void add(char32_t first, char32_t last) {
    last = std::min(last, greatest);
    if (first > last) return;
    if (first <= 0xdfff && last >= 0xd800) {
      if (first < 0xd800) add_range(first, 0xd7ff);
      if (last > 0xdfff) add_range(0xe000, last);
      return;
    }
    add_range(first, last);
  }

  constexpr void add(const CodePoints& other) {
    for (const CodePointRange& r : other.ranges_) add_range(r.first, r.last);
  }

  constexpr CodePoints complement() const {
    CodePoints out;
    char32_t from = 0;
    for (const CodePointRange& r : ranges_) {
      if (r.first > from) out.add(from, r.first - 1);
      from = r.last + 1;
    }
    out.add(from, greatest);
    return out;
  }

  /// What is in both.
  constexpr CodePoints common(const CodePoints& other) const {
    CodePoints out;
    auto a = ranges_.begin();
    auto b = other.ranges_.begin();
    while (a != ranges_.end() && b != other.ranges_.end()) {
      const char32_t first = std::max(a->first, b->first), last = std::min(a->last, b->last);
      if (first <= last) out.ranges_.push_back({first, last});
      if (a->last < b->last)
        ++a;
      else
        ++b;
    }
    return out;
  }

  constexpr CodePoints without(const CodePoints& other) const { return common(other.complement()); }

  friend constexpr bool operator==(const CodePoints&, const CodePoints&) = default;

 private:
  /// Keeps the ranges apart; where they would touch, they grow together, but not over the surrogates.
  constexpr void add_range(char32_t first, char32_t last) {
    const auto begin = std::lower_bound(ranges_.begin(), ranges_.end(), first,
                                        [](const CodePointRange& r, char32_t value) { return r.last + 1 < value; });
    auto end = begin;
    while (end != ranges_.end() && end->first <= last + 1) {
      first = std::min(first, end->first);
      last = std::max(last, end->last);
      ++end;
    }
    const auto at = ranges_.erase(begin, end);
    ranges_.insert(at, {first, last});
  }

  std::vector<CodePointRange> ranges_;
};

/// Strings of units of the same length, each from a range of its own: bytes of UTF-8, or digits.
struct UnitRanges {
  struct Unit {
    std::uint32_t first, last;
    friend constexpr bool operator==(const Unit&, const Unit&) = default;
  };
  std::vector<Unit> units;
};

namespace detail {

/// Splits [first, last], numbers of `digits` digits to the base 2^bits, into products of ranges of digits.
template <class Visit>
void split_digits(std::uint32_t first, std::uint32_t last, int digits, unsigned bits,
                  std::vector<UnitRanges::Unit>& before, const Visit& visit) {
  if (digits == 0) return visit(before);
  const unsigned shift = bits * static_cast<unsigned>(digits - 1);
  const std::uint32_t low = (std::uint32_t{1} << shift) - 1;
  const std::uint32_t a = first >> shift, b = last >> shift;
  const auto piece = [&](std::uint32_t from, std::uint32_t to, std::uint32_t rest_first, std::uint32_t rest_last) {
    before.push_back({from, to});
    split_digits(rest_first, rest_last, digits - 1, bits, before, visit);
    before.pop_back();
  };
  if (a == b) return piece(a, a, first & low, last & low);
  std::uint32_t from = a, to = b;
  if ((first & low) != 0) {
    piece(a, a, first & low, low);
    ++from;
  }
  const bool ends_early = (last & low) != low;
  if (ends_early) --to;
  if (from <= to) piece(from, to, 0, low);
  if (ends_early) piece(b, b, 0, last & low);
}

}  // namespace detail

/// The bytes that UTF-8 writes a set of code points with, as products of ranges.
inline std::vector<UnitRanges> utf8_of(const CodePoints& set) {
  constexpr std::pair<CodePointRange, int> lengths[] = {
      {{0, 0x7f}, 0}, {{0x80, 0x7ff}, 1}, {{0x800, 0xffff}, 2}, {{0x10000, CodePoints::greatest}, 3}};
  constexpr std::uint32_t leads[] = {0, 0xc0, 0xe0, 0xf0};
  std::vector<UnitRanges> out;
  for (const CodePointRange& r : set.ranges()) {
    for (const auto& [bounds, continuations] : lengths) {
      const char32_t first = std::max(r.first, bounds.first), last = std::min(r.last, bounds.last);
      if (first > last) continue;
      if (continuations == 0) {
        out.push_back({{{static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last)}}});
        continue;
      }
      std::vector<UnitRanges::Unit> before;
      detail::split_digits(first, last, continuations + 1, 6, before, [&, count = continuations](const std::vector<UnitRanges::Unit>& units) {
        UnitRanges bytes{units};
        for (std::size_t i = 0; i < units.size(); ++i) {
          const std::uint32_t mark = i == 0 ? leads[count] : 0x80;
          bytes.units[i] = {units[i].first | mark, units[i].last | mark};
        }
        out.push_back(std::move(bytes));
      });
    }
  }
  return out;
}

/// The hexadecimal digits, 0 to 15, that JSON writes a set of code points with after `\u`: four of them, or eight
/// where it takes two surrogates.
inline std::vector<UnitRanges> hex_escapes_of(const CodePoints& set) {
  std::vector<UnitRanges> out;
  std::vector<UnitRanges::Unit> before;
  const auto keep = [&](const std::vector<UnitRanges::Unit>& digits) { out.push_back({digits}); };
  for (const CodePointRange& r : set.ranges()) {
    const char32_t last_single = std::min<char32_t>(r.last, 0xffff);
    if (r.first <= last_single) detail::split_digits(r.first, last_single, 4, 4, before, keep);
    const char32_t first_pair = std::max<char32_t>(r.first, 0x10000);
    if (first_pair > r.last) continue;
    std::vector<UnitRanges::Unit> none;
    // Two digits to the base 1024, which are the surrogates, and each of these in four digits to the base 16.
    detail::split_digits(
        first_pair - 0x10000, r.last - 0x10000, 2, 10, none, [&](const std::vector<UnitRanges::Unit>& pair) {
          detail::split_digits(0xd800 + pair[0].first, 0xd800 + pair[0].last, 4, 4, before, [&](const auto& high) {
            std::vector<UnitRanges::Unit> whole = high;
            detail::split_digits(0xdc00 + pair[1].first, 0xdc00 + pair[1].last, 4, 4, whole, keep);
          });
        });
  }
  return out;
}

}  // namespace tamis::guided
