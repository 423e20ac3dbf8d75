#pragma once

/// \file static_regex.hpp
/// Patterns that the compiler checks, and of which it makes the automaton.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "code_points.hpp"
#include "grammar.hpp"
#include "literal.hpp"
#include "regex.hpp"
#include "regex_parser.hpp"
#include "static_automaton.hpp"
#include "text_reader.hpp"

namespace tamis::guided {

namespace detail {

/// The pattern is wrong: `Why` says what is, and `byte` where, from 1. What is wrong most often is
/// said in plain words, for some compilers show a text as its codes.
template <Literal Pattern, Literal Why, std::size_t byte>
struct WrongPattern {
  static constexpr bool is(std::string_view why) { return Why.view() == why; }
  static_assert(!is("a '(' has no ')'"),
                "tamis: a '(' in the pattern of guided::regex<> has no ')'; close it");
  static_assert(!is("the ')' closes nothing"),
                "tamis: a ')' in the pattern of guided::regex<> closes nothing; take it away, or "
                "write '\\\\)'");
  static_assert(!is("a '[' has no ']'"),
                "tamis: a '[' in the pattern of guided::regex<> has no ']'; close it");
  static_assert(!is("there is nothing to repeat before it"),
                "tamis: the pattern of guided::regex<> repeats nothing; write what '*', '+' or '?' "
                "repeats before it");
  static_assert(
      byte == 0,
      "tamis: the pattern of guided::regex<> is wrong; the arguments of WrongPattern are the "
      "pattern, what is wrong with it, and at which byte");
};

template <Literal Pattern>
constexpr std::size_t fault_size() {
  RegexParser parser(Pattern.view());
  parser.read();
  return parser.fault().text().size();
}

/// Requires that there is a fault; `size` is that of its text.
template <Literal Pattern, std::size_t size>
constexpr auto fault_of() {
  RegexParser parser(Pattern.view());
  parser.read();
  std::pair<Literal<size + 1>, std::size_t> fault;
  for (std::size_t i = 0; i < size; ++i) fault.first.text[i] = parser.fault().text()[i];
  fault.second = parser.fault().byte();
  return fault;
}

template <Literal Pattern>
constexpr StaticAutomaton automaton_of() {
  RegexParser parser(Pattern.view());
  parser.read();
  return StaticAutomaton::of(parser.tree());
}

}  // namespace detail

/// A pattern of the compiler: see regex<>().
template <Literal Pattern>
class StaticRegex {
  static constexpr std::size_t fault_size = detail::fault_size<Pattern>();

  static constexpr auto table = [] {
    if constexpr (fault_size > 0) {
      constexpr auto fault = detail::fault_of<Pattern, fault_size>();
      static_cast<void>(detail::WrongPattern<Pattern, fault.first, fault.second>());
      return detail::StaticAutomaton();
    } else {
      return detail::automaton_of<Pattern>();
    }
  }();
  static_assert(table.fits || !table.looks_around,
                "tamis: the pattern of guided::regex<> looks ahead, or has anchors within, and is "
                "too large for the "
                "compiler; make it at run time, by guided::regex(pattern)");

 public:
  static constexpr std::string_view pattern() { return Pattern.view(); }

  /// Whether the compiler made the automaton; it makes small ones. Of others the grammar is made by
  /// each call.
  static constexpr bool is_built() { return table.fits; }

  /// Whether it matches the whole of a text; to the compiler as well.
  static constexpr bool matches(std::string_view text) requires(table.fits) {
    return table.matches(text);
  }

  /// The grammar of the texts that it matches.
  static Grammar grammar() {
    if constexpr (!table.fits) {
      return *regex(pattern());
    } else {
      Grammar::Automaton automaton;
      automaton.states.resize(table.states);
      for (std::size_t state = 0; state < table.states; ++state) {
        automaton.states[state].accepts = table.accepts[state];
        for (std::size_t at = table.begin[state]; at < table.begin[state + 1]; ++at) {
          const auto& edge = table.edges[at];
          auto& edges = automaton.states[state].edges;
          if (edges.empty() || edges.back().target != edge.target)
            edges.push_back({{}, edge.target});
          edges.back().set.add(edge.first, edge.last);
        }
      }
      Grammar made;
      made.set_start(made.add_rule("regex", made.automaton(std::move(automaton))));
      return made;
    }
  }
  operator Grammar() const { return grammar(); }
};

/// A pattern that the compiler checks, and of which it makes the automaton. A wrong one does not
/// compile, and the error says what is wrong and where.
///
///     constexpr auto date = guided::regex<"[0-9]{4}-[0-9]{2}-[0-9]{2}">();
///     static_assert(date.matches("2026-11-23"));
///     auto compiled = guided::CompiledGrammar::of(date, vocabulary);
///
/// The syntax is that of regex(pattern). Beware: Unicode's `\w` and `\p{L}` take the compiler long,
/// and clang more steps than it allows without `-fconstexpr-steps`.
template <Literal Pattern>
constexpr StaticRegex<Pattern> regex() {
  return {};
}

}  // namespace tamis::guided
