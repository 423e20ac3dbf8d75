#pragma once

/// \file character_classes.hpp
/// Sets of characters by name.

#include <array>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "code_points.hpp"
#include "unicode_tables.hpp"

namespace tamis::guided {

namespace detail {

/// The code points of each general category, in the order of category_names.
inline const std::array<CodePoints, 30>& categories() {
  static const std::array<CodePoints, 30> all = [] {
    std::array<CodePoints, 30> sets;
    char32_t first = 0;
    for (std::size_t at = 0; at < category_runs.size();) {
      const char letter = category_runs[at++];
      char32_t length = 0;
      for (; at < category_runs.size() && category_runs[at] >= '0' && category_runs[at] <= '9'; ++at)
        length = length * 10 + static_cast<char32_t>(category_runs[at] - '0');
      if (length == 0) length = 1;
      const int category = letter >= 'a' ? letter - 'a' + 26 : letter - 'A';
      sets[static_cast<std::size_t>(category)].add(first, first + length - 1);
      first += length;
    }
    return sets;
  }();
  return all;
}

/// The union of the categories whose two letters begin so.
inline std::optional<CodePoints> category(std::string_view name) {
  std::optional<CodePoints> out;
  for (std::size_t at = 0; at < categories().size(); ++at) {
    if (category_names.substr(2 * at, name.size()) != name) continue;
    if (!out) out.emplace();
    out->add(categories()[at]);
  }
  return out;
}

}  // namespace detail

/// `\d`: of all scripts, or ASCII's.
inline CodePoints digits(bool unicode) { return unicode ? *detail::category("Nd") : CodePoints{{'0', '9'}}; }

/// `\w`: letters, marks, digits and what connects words; or ASCII's.
inline CodePoints word_characters(bool unicode) {
  if (!unicode) return {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
  CodePoints out{{0x200c, 0x200d}};
  for (const char* name : {"L", "M", "Nd", "Nl", "Pc"}) out.add(*detail::category(name));
  out.add(0x24b6, 0x24e9);  // circled letters, which Unicode calls alphabetic
  return out;
}

/// `\s`: the property White_Space.
inline CodePoints spaces() {
  return {{0x09, 0x0d},     {0x20, 0x20},     {0x85, 0x85},     {0xa0, 0xa0},     {0x1680, 0x1680},
          {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}};
}

/// What the letter after a backslash stands for: `\d` and its like, and characters that have no sign; nothing for
/// others.
inline std::optional<CodePoints> shorthand_class(char32_t letter, bool unicode, bool ecmascript) {
  constexpr std::pair<char32_t, char32_t> controls[] = {{U'n', '\n'}, {U'r', '\r'}, {U't', '\t'}, {U'f', '\f'},
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
  return letter < U'a' ? set.complement() : set;
}

/// The class of POSIX in ASCII, as in `[[:alpha:]]`.
inline std::optional<CodePoints> posix_class(std::string_view name) {
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
inline std::optional<CodePoints> unicode_property(std::string_view name) {
  for (const std::string_view before : {"General_Category=", "gc=", "general_category="})
    if (name.substr(0, before.size()) == before) name.remove_prefix(before.size());
  constexpr std::pair<std::string_view, std::string_view> long_names[] = {{"letter", "L"},
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
  std::string plain;  // without case, blanks, dashes and underscores
  for (const char c : name)
    if (c != ' ' && c != '-' && c != '_')
      plain.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  if (plain == "any") return CodePoints::all();
  if (plain == "ascii") return CodePoints{{0, 0x7f}};
  if (plain == "whitespace" || plain == "wspace" || plain == "space") return spaces();
  if (plain == "l&" || plain == "lc" || plain == "casedletter") {
    CodePoints cased;
    for (const char* one : {"Lu", "Ll", "Lt"}) cased.add(*detail::category(one));
    return cased;
  }
  for (const auto& [its, brief] : long_names)
    if (its == plain) return detail::category(brief);
  if (plain.empty() || plain.size() > 2) return std::nullopt;
  plain[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(plain[0])));
  return detail::category(plain);
}

/// The set, and what is the same but for upper and lower case.
inline CodePoints with_other_case(const CodePoints& set) {
  CodePoints out = set;
  for (int round = 0; round < 2; ++round) {  // twice, for three may be alike: k, K and the sign of Kelvin
    const CodePoints before = out;
    for (const detail::CaseRun& run : detail::case_runs) {
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
