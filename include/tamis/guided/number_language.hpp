#pragma once

/// \file number_language.hpp
/// Sets of numbers as sets of the texts that JSON writes them with, mostly without exponents.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "regex_parser.hpp"
#include "regular.hpp"
#include "regular_builder.hpp"

namespace tamis::guided {

/// A number with all of its digits: the sign, and its magnitude as digits before and after the
/// point.
struct Decimal {
  static constexpr long longest = 400;  ///< digits on either side of the point

  bool is_negative = false;
  std::string whole = {};     ///< without leading zeros; empty for 0
  std::string fraction = {};  ///< without trailing zeros

  bool is_zero() const { return whole.empty() && fraction.empty(); }

  /// Of a number of JSON; nothing, if it has too many digits.
  static std::optional<Decimal> of(std::string_view text) {
    Decimal out;
    std::string digits;
    long point = -1, exponent = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c == '-')
        out.is_negative = true;
      else if (c == '.')
        point = static_cast<long>(digits.size());
      else if (c == 'e' || c == 'E') {
        exponent = std::strtol(std::string(text.substr(i + 1)).c_str(), nullptr, 10);
        break;
      } else
        digits.push_back(c);
    }
    if (digits.find_first_not_of('0') == std::string::npos) return Decimal{};
    if (point < 0) point = static_cast<long>(digits.size());
    if (exponent > longest || exponent < -longest) return std::nullopt;
    point += exponent;
    if (point < 0) digits.insert(0, static_cast<std::size_t>(-point), '0'), point = 0;
    if (point > static_cast<long>(digits.size())) digits.append(static_cast<std::size_t>(point) - digits.size(), '0');
    const auto at = static_cast<std::size_t>(point);
    out.whole = digits.substr(0, at);
    out.fraction = digits.substr(at);
    out.whole.erase(0, std::min(out.whole.find_first_not_of('0'), out.whole.size()));
    out.fraction.erase(out.fraction.find_last_not_of('0') + 1);
    if (out.whole.size() > longest || out.fraction.size() > longest) return std::nullopt;
    return out;
  }
};

/// Languages of numbers. Each holds every spelling without exponent of each of its numbers; and bounds, the numbers with
/// one digit before the point that are far beyond the bound or nearer to 0, as programs write them: 1e-05, 2.5e+20.
class NumberLanguage {
 public:
  static const Result<Regular>& all() {
    static const auto made = of(R"(-?(0|[1-9][0-9]*)(\.[0-9]+)?)");
    return made;
  }
  /// Whole numbers without a point.
  static const Result<Regular>& pointless_integers() {
    static const auto made = of(R"(-?(0|[1-9][0-9]*))");
    return made;
  }
  static const Result<Regular>& integers() {
    static const auto made = of(R"(-?(0|[1-9][0-9]*)(\.0+)?)");
    return made;
  }

  /// The numbers of a language that has all spellings of each, each spelt once; nothing, if they are more than `most`.
  static std::optional<std::vector<std::string>> values(const Regular& language, std::size_t most) {
    static const auto plain = of(R"(0|-?(0\.[0-9]*[1-9]|[1-9][0-9]*(\.[0-9]*[1-9])?))");
    const auto once = plain ? language.common(*plain) : plain;
    return once ? once->texts(most) : std::nullopt;
  }

  static Result<Regular> equal_to(const Decimal& d) { return of(spellings_of(d)); }

  /// Numbers above a bound, or also the bound.
  static Result<Regular> above(const Decimal& d, bool or_equal) {
    std::string pattern;
    if (d.is_zero())
      pattern = positive;
    else if (!d.is_negative)
      pattern = greater(d);
    else
      pattern = positive + ("|" + std::string(zero)) + "|-(" + less(d) + ")";
    if (is_below_great(d)) add(pattern, great);
    if (d.is_zero() || d.is_negative) add(pattern, tiny);
    if (d.is_negative && is_above_tiny(d)) add(pattern, std::string("-") + tiny);
    return with_bound(pattern, d, or_equal);
  }
  static Result<Regular> below(const Decimal& d, bool or_equal) {
    std::string pattern;
    if (d.is_zero())
      pattern = std::string("-(") + positive + ")";
    else if (d.is_negative)
      pattern = "-(" + greater(d) + ")";
    else
      pattern = std::string("-(") + positive + ")|" + zero + "|" + less(d);
    if (is_below_great(d)) add(pattern, std::string("-") + great);
    if (d.is_zero() || !d.is_negative) add(pattern, std::string("-") + tiny);
    if (!d.is_negative && is_above_tiny(d)) add(pattern, tiny);
    return with_bound(pattern, d, or_equal);
  }

  /// Multiples of a number above 0. Requires few digits.
  static Result<Regular> multiples_of(const Decimal& d) {
    std::string digits = d.whole + d.fraction;
    std::size_t places = d.fraction.size();
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    if (digits.size() > 6 || d.is_zero() || d.is_negative)
      return Error{"the number has too many digits to count its multiples"};
    const auto m = static_cast<std::uint32_t>(std::strtoul(digits.c_str(), nullptr, 10));
    if (m * (places + 2) > Regular::most_states) return Error{"the number has too many digits to count its multiples"};
    // Remainders of the digits so far, before the point and after each of `places` digits behind
    // it.
    std::vector<std::vector<std::pair<char, std::uint32_t>>> edges(2);  // 0: the start, 1: after the sign
    std::vector<bool> accepts(2);
    const auto state = [&](std::size_t part, std::uint32_t remainder) {
      return static_cast<std::uint32_t>(3 + part * m + remainder);
    };
    const std::uint32_t after_zero = 2;
    edges.resize(3 + (places + 2) * m + 1);
    accepts.resize(edges.size());
    const auto dotted = [&](std::size_t part,
                            std::uint32_t remainder) {  // the state after a point, or after a digit behind it
      return state(part + 1, remainder);
    };
    const auto completes = [&](std::size_t behind, std::uint64_t remainder) {
      for (std::size_t i = behind; i < places; ++i) remainder = remainder * 10 % m;
      return remainder % m == 0;
    };
    edges[0].push_back({'-', 1});
    for (const std::uint32_t from : {0u, 1u}) {
      edges[from].push_back({'0', after_zero});
      for (std::uint32_t digit = 1; digit < 10; ++digit)
        edges[from].push_back({static_cast<char>('0' + digit), state(0, digit % m)});
    }
    accepts[after_zero] = true;
    const auto zeros = static_cast<std::uint32_t>(edges.size() - 1);  // behind the last place that counts
    accepts[zeros] = true;
    edges[zeros].push_back({'0', zeros});
    const auto point = [&](std::uint32_t from, std::uint32_t remainder) {
      if (places > 0)
        edges[from].push_back({'.', dotted(0, remainder)});
      else if (completes(0, remainder))
        edges[from].push_back({'.', static_cast<std::uint32_t>(edges.size())});
    };
    const bool plain = places == 0;
    for (std::uint32_t r = 0; r < m; ++r) {
      accepts[state(0, r)] = completes(0, r);
      for (std::uint32_t digit = 0; digit < 10; ++digit)
        edges[state(0, r)].push_back({static_cast<char>('0' + digit), state(0, (r * 10 + digit) % m)});
      point(state(0, r), r);
      for (std::size_t behind = 0; behind < places; ++behind) {
        const std::uint32_t from = dotted(behind, r);
        accepts[from] = behind > 0 && completes(behind, r);
        for (std::uint32_t digit = 0; digit < 10; ++digit) {
          const std::uint32_t next = (r * 10 + digit) % m;
          edges[from].push_back({static_cast<char>('0' + digit), dotted(behind + 1, next)});
        }
      }
      if (!plain) {
        accepts[dotted(places, r)] = r == 0;
        if (r == 0) edges[dotted(places, r)].push_back({'0', zeros});
      }
    }
    point(after_zero, 0);
    if (plain) {  // a point, and then at least one zero
      edges.push_back({{'0', zeros}});
      accepts.push_back(false);
    }
    return Regular::of_edges(edges, accepts);
  }

 private:
  static constexpr const char* zero = R"(-?0(\.0+)?)";
  static constexpr const char* positive = R"([1-9][0-9]*(\.[0-9]+)?|0\.[0-9]*[1-9][0-9]*)";

  /// Magnitudes of 1e16 and more, and of less than 1e-4.
  static constexpr const char* great =
      R"([1-9](\.[0-9]{1,16})?[eE]\+?(1[6-9]|[2-9][0-9]|[12][0-9]{2}|30[0-7]))";
  static constexpr const char* tiny = R"([1-9](\.[0-9]{1,16})?[eE]-(0?[5-9]|[1-9][0-9]|[12][0-9]{2}|30[0-7]))";
  static bool is_below_great(const Decimal& d) { return d.whole.size() < 16; }
  static bool is_above_tiny(const Decimal& d) { return !d.whole.empty() || d.fraction.find_first_not_of('0') < 3; }

  static Result<Regular> of(const std::string& pattern) {
    const auto tree = RegexParser(pattern, {.unicode_classes = false}).parse();
    if (!tree) return tree.error();
    return RegularBuilder::of(*tree, false);
  }

  static std::string spellings_of(const Decimal& d) {
    if (d.is_zero()) return zero;
    return std::string(d.is_negative ? "-" : "") + (d.whole.empty() ? "0" : d.whole) +
           (d.fraction.empty() ? R"((\.0+)?)" : "\\." + d.fraction + "0*");
  }

  static Result<Regular> with_bound(std::string pattern, const Decimal& d, bool or_equal) {
    if (or_equal) add(pattern, spellings_of(d));
    return of(pattern);
  }

  static std::string digit_above(char digit) {
    return digit == '9' ? "" : std::string("[") + static_cast<char>(digit + 1) + "-9]";
  }
  static std::string digit_below(char digit, char least) {
    return digit <= least ? "" : std::string("[") + least + "-" + static_cast<char>(digit - 1) + "]";
  }
  static std::string any_digits(std::size_t count) { return count == 0 ? "" : "[0-9]{" + std::to_string(count) + "}"; }

  static void add(std::string& pattern, const std::string& alternative) {
    if (!pattern.empty()) pattern += "|";
    pattern += alternative;
  }

  /// Spellings of what is greater than the magnitude, without signs.
  static std::string greater(const Decimal& d) {
    constexpr const char* tail = R"((\.[0-9]+)?)";
    std::string out = "[1-9][0-9]{" + std::to_string(d.whole.size()) + ",}" + tail;
    for (std::size_t i = 0; i < d.whole.size(); ++i)
      if (const std::string digit = digit_above(d.whole[i]); !digit.empty())
        add(out, d.whole.substr(0, i) + digit + any_digits(d.whole.size() - i - 1) + tail);
    const std::string whole = (d.whole.empty() ? "0" : d.whole) + "\\.";
    for (std::size_t i = 0; i < d.fraction.size(); ++i)
      if (const std::string digit = digit_above(d.fraction[i]); !digit.empty())
        add(out, whole + d.fraction.substr(0, i) + digit + "[0-9]*");
    add(out, whole + d.fraction + "[0-9]*[1-9][0-9]*");
    return out;
  }

  /// Spellings of what is less than the magnitude and not zero, without signs.
  static std::string less(const Decimal& d) {
    constexpr const char* tail = R"((\.[0-9]+)?)";
    std::string out;
    if (!d.whole.empty()) {
      add(out, R"(0\.[0-9]*[1-9][0-9]*)");
      if (d.whole.size() > 1) add(out, "[1-9][0-9]{0," + std::to_string(d.whole.size() - 2) + "}" + tail);
    }
    for (std::size_t i = 0; i < d.whole.size(); ++i)
      if (const std::string digit = digit_below(d.whole[i], i == 0 ? '1' : '0'); !digit.empty())
        add(out, d.whole.substr(0, i) + digit + any_digits(d.whole.size() - i - 1) + tail);
    const std::string whole = d.whole.empty() ? "0" : d.whole;
    if (!d.whole.empty() && !d.fraction.empty()) add(out, whole + "(\\.0+)?");
    for (std::size_t i = 0; i < d.fraction.size(); ++i) {
      const std::string before = whole + "\\." + d.fraction.substr(0, i);
      if (const std::string digit = digit_below(d.fraction[i], '0'); !digit.empty()) {
        const bool may_be_zero = d.whole.empty() && d.fraction.substr(0, i).find_first_not_of('0') == std::string::npos;
        if (!may_be_zero) {
          add(out, before + digit + "[0-9]*");
        } else {
          if (const std::string some = digit_below(d.fraction[i], '1'); !some.empty())
            add(out, before + some + "[0-9]*");
          add(out, before + "0[0-9]*[1-9][0-9]*");
        }
      }
      const bool prefix_is_zero =
          d.whole.empty() && d.fraction.substr(0, i).find_first_not_of('0') == std::string::npos;
      if (i > 0 && !prefix_is_zero) add(out, before);  // the digits before, and no more
    }
    return out.empty() ? "[^\\x{0}-\\x{10FFFF}]" : out;
  }
};

}  // namespace tamis::guided
