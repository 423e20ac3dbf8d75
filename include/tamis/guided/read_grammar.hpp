#pragma once

#include <cstdint>
#include <string_view>

#include "../core/result.hpp"
#include "bnf_parser.hpp"
#include "grammar.hpp"
#include "lark_parser.hpp"

namespace tamis::guided {

/// How a grammar is written.
enum class GrammarSyntax : std::uint8_t {
  automatic,  ///< Lark's where a rule is followed by a colon alone, else the others
  bnf,        ///< GBNF of llama.cpp and EBNF in the manner of the W3C and of ISO: `::=` or `=`
  lark,       ///< a subset of Lark's
};

namespace detail {

/// Whether the first rule of a text is written as Lark does: a name, perhaps a priority, and a colon alone.
inline bool looks_like_lark(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos || line[begin] == '#' || line.substr(begin, 2) == "//" ||
        line.substr(begin, 2) == "(*")
      continue;
    if (line[begin] == '%') return true;
    const std::size_t colon = line.find_first_of(":=");
    return colon != std::string_view::npos && line[colon] == ':' && line.substr(colon, 3) != "::=";
  }
  return false;
}

}  // namespace detail

/// A grammar from a text; its first rule is `root` or `start`, or else the first of all. Errors name the line.
inline Result<Grammar> read_grammar(std::string_view text, GrammarSyntax syntax = GrammarSyntax::automatic) {
  if (syntax == GrammarSyntax::automatic)
    syntax = detail::looks_like_lark(text) ? GrammarSyntax::lark : GrammarSyntax::bnf;
  return syntax == GrammarSyntax::lark ? LarkParser(text).parse() : BnfParser(text).parse();
}

}  // namespace tamis::guided
