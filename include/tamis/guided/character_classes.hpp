#pragma once

/// \file character_classes.hpp
/// Sets of characters by name.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "code_points.hpp"
#include "unicode_tables.hpp"

namespace tamis::guided {

namespace detail {

/// Calls visit(category, first, length) with each run of code points of one general category, ascending.
template <class Visit>
constexpr void visit_category_runs(Visit&& visit) {
  char32_t first = 0;
  for (std::size_t at = 0; at < category_runs.size();) {
    const char letter = category_runs[at++];
    char32_t length = 0;
    for (; at < category_runs.size() && category_runs[at] >= '0' && category_runs[at] <= '9'; ++at)
      length = length * 10 + static_cast<char32_t>(category_runs[at] - '0');
    if (length == 0) length = 1;
    const int category = letter >= 'a' ? letter - 'a' + 26 : letter - 'A';
    visit(static_cast<std::size_t>(category), first, length);
    first += length;
  }
}

/// The code points of each general category, in the order of category_names.
inline const std::array<CodePoints, 30>& categories() {
  static const std::array<CodePoints, 30> all = [] {
    std::array<CodePoints, 30> sets;
    visit_category_runs([&](std::size_t category, char32_t first, char32_t length) {
      sets[category].add(first, first + length - 1);
    });
    return sets;
  }();
  return all;
}

/// The categories whose two letters begin with one of the names: bit i for the i-th.
constexpr std::uint32_t categories_named(std::initializer_list<std::string_view> names) {
  std::uint32_t found = 0;
  for (std::size_t at = 0; 2 * at < category_names.size(); ++at)
    for (const std::string_view name : names)
      if (category_names.substr(2 * at, name.size()) == name) found |= std::uint32_t{1} << at;
  return found;
}

/// The union of these categories.
constexpr CodePoints union_of(std::uint32_t wanted) {
  CodePoints out;
  if (!std::is_constant_evaluated()) {
    for (std::size_t at = 0; at < categories().size(); ++at)
      if (wanted >> at & 1u) out.add(categories()[at]);
    return out;
  }
  visit_category_runs([&](std::size_t category, char32_t first, char32_t length) {
    if (wanted >> category & 1u) out.add(first, first + length - 1);
  });
  return out;
}

/// The union of the categories whose two letters begin so.
constexpr std::optional<CodePoints> category(std::string_view name) {
  const std::uint32_t wanted = categories_named({name});
  if (wanted == 0) return std::nullopt;
  return union_of(wanted);
}

/// A letter without its case, in ASCII.
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace detail

/// `\d`: of all scripts, or ASCII's.
constexpr CodePoints digits(bool unicode) {
  if (unicode) return detail::union_of(detail::categories_named({"Nd"}));
  return {{'0', '9'}};
}

/// `\w`: letters, marks, digits and what connects words; or ASCII's.
constexpr CodePoints word_characters(bool unicode) {
  if (!unicode) return {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
  CodePoints out = detail::union_of(detail::categories_named({"L", "M", "Nd", "Nl", "Pc"}));
  out.add(0x200c, 0x200d);
  out.add(0x24b6, 0x24e9);  // circled letters, which Unicode calls alphabetic
  return out;
}

/// `\s`: the property White_Space.
constexpr CodePoints spaces() {
  return {{0x09, 0x0d},     {0x20, 0x20},     {0x85, 0x85},     {0xa0, 0xa0},     {0x1680, 0x1680},
          {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}};
}

/// What the letter after a backslash stands for: `\d` and its like, and characters that have no sign; nothing for
/// others.
constexpr std::optional<CodePoints> shorthand_class(char32_t letter, bool unicode, bool ecmascript) {
  const std::pair<char32_t, char32_t> controls[] = {{U'n', '\n'}, {U'r', '\r'}, {U't', '\t'}, {U'f', '\f'},
                                                        {U'v', '\v'}, {U'a', '\a'}, {U'e', 0x1b}, {U'0', 0}};
  for (const auto& [name, meaning] : controls)
    if (letter == name) return CodePoints{{meaning, meaning}};
  CodePoints set;
  switch (letter) {
    case U'd':
    case U'D': set = digits(unicode); break;
    case U'w':
    case U'W': set = word_characters(unicode); break;
    case U's':
    case U'S':
      set = spaces();
      if (ecmascript) set.add(0xfeff);
      break;
    case U'h': return CodePoints{{'\t', '\t'}, {' ', ' '}};
    default: return std::nullopt;
  }
  if (letter < U'a') return set.complement();
  return set;
}

/// The class of POSIX in ASCII, as in `[[:alpha:]]`.
constexpr std::optional<CodePoints> posix_class(std::string_view name) {
  const std::pair<std::string_view, CodePoints> known[] = {
      {"alpha", {{'A', 'Z'}, {'a', 'z'}}},
      {"digit", {{'0', '9'}}},
      {"alnum", {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}},
      {"upper", {{'A', 'Z'}}},
      {"lower", {{'a', 'z'}}},
      {"space", {{0x09, 0x0d}, {' ', ' '}}},
      {"blank", {{'\t', '\t'}, {' ', ' '}}},
      {"punct", {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}},
      {"xdigit", {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}},
      {"word", {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}},
      {"print", {{' ', '~'}}},
      {"graph", {{'!', '~'}}},
      {"cntrl", {{0, 0x1f}, {0x7f, 0x7f}}},
      {"ascii", {{0, 0x7f}}},
  };
  for (const auto& [its, set] : known)
    if (its == name) return set;
  return std::nullopt;
}

/// The class that `\p{name}` means: a general category, by its short or its long name, `Any`, `ASCII` or
/// `White_Space`; nothing for names that are not known here.
constexpr std::optional<CodePoints> unicode_property(std::string_view name) {
  for (const std::string_view before : {"General_Category=", "gc=", "general_category="})
    if (name.substr(0, before.size()) == before) name.remove_prefix(before.size());
  const std::pair<std::string_view, std::string_view> long_names[] = {{"letter", "L"},
                                                                          {"uppercaseletter", "Lu"},
                                                                          {"lowercaseletter", "Ll"},
                                                                          {"titlecaseletter", "Lt"},
                                                                          {"modifierletter", "Lm"},
                                                                          {"otherletter", "Lo"},
                                                                          {"mark", "M"},
                                                                          {"nonspacingmark", "Mn"},
                                                                          {"spacingmark", "Mc"},
                                                                          {"enclosingmark", "Me"},
                                                                          {"number", "N"},
                                                                          {"decimalnumber", "Nd"},
                                                                          {"letternumber", "Nl"},
                                                                          {"othernumber", "No"},
                                                                          {"punctuation", "P"},
                                                                          {"connectorpunctuation", "Pc"},
                                                                          {"digit", "Nd"},
                                                                          {"dashpunctuation", "Pd"},
                                                                          {"openpunctuation", "Ps"},
                                                                          {"closepunctuation", "Pe"},
                                                                          {"symbol", "S"},
                                                                          {"initialpunctuation", "Pi"},
                                                                          {"finalpunctuation", "Pf"},
                                                                          {"otherpunctuation", "Po"},
                                                                          {"mathsymbol", "Sm"},
                                                                          {"currencysymbol", "Sc"},
                                                                          {"modifiersymbol", "Sk"},
                                                                          {"othersymbol", "So"},
                                                                          {"separator", "Z"},
                                                                          {"spaceseparator", "Zs"},
                                                                          {"lineseparator", "Zl"},
                                                                          {"paragraphseparator", "Zp"},
                                                                          {"other", "C"},
                                                                          {"control", "Cc"},
                                                                          {"format", "Cf"},
                                                                          {"privateuse", "Co"},
                                                                          {"unassigned", "Cn"},
                                                                          {"combiningmark", "M"}};
  std::vector<char> letters;  // without case, blanks, dashes and underscores
  for (const char c : name)
    if (c != ' ' && c != '-' && c != '_')
      letters.push_back(detail::lower(c));
  const std::string_view plain(letters.data(), letters.size());
  if (plain == "any") return CodePoints::all();
  if (plain == "ascii") return CodePoints{{0, 0x7f}};
  if (plain == "whitespace" || plain == "wspace" || plain == "space") return spaces();
  if (plain == "l&" || plain == "lc" || plain == "casedletter") {
    return detail::union_of(detail::categories_named({"Lu", "Ll", "Lt"}));
  }
  for (const auto& [its, brief] : long_names)
    if (its == plain) return detail::category(brief);
  if (plain.empty() || plain.size() > 2) return std::nullopt;
  letters[0] = static_cast<char>(letters[0] >= 'a' && letters[0] <= 'z' ? letters[0] - 'a' + 'A' : letters[0]);
  return detail::category(plain);
}

/// The set, and what is the same but for upper and lower case.
constexpr CodePoints with_other_case(const CodePoints& set) {
  CodePoints out = set;
  for (int round = 0; round < 2; ++round) {  // twice, for three may be alike: k, K and the sign of Kelvin
    const CodePoints before = out;
    const auto meets = [&](char32_t first, char32_t last) {
      return std::any_of(before.ranges().begin(), before.ranges().end(),
                         [&](const CodePointRange& r) { return r.first <= last && first <= r.last; });
    };
    for (const detail::CaseRun& run : detail::case_runs) {
      const char32_t last = run.first + (run.count - 1) * run.stride;
      const auto delta = static_cast<char32_t>(run.delta);  // may be below 0, which wraps around and back
      if (!meets(run.first, last) && !meets(run.first + delta, last + delta)) continue;
      for (char32_t i = 0; i < run.count; ++i) {
        const char32_t one = run.first + i * run.stride,
                       other = static_cast<char32_t>(static_cast<std::int32_t>(one) + run.delta);
        if (before.contains(one)) out.add(other);
        if (before.contains(other)) out.add(one);
      }
    }
  }
  return out;
}

}  // namespace tamis::guided
