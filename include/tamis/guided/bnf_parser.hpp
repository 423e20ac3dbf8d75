#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "code_points.hpp"
#include "grammar.hpp"
#include "grammar_reader.hpp"
#include "rule_names.hpp"

namespace tamis::guided {

/// Reads GBNF, and EBNF in two manners, which its first rule tells apart.
///
///     root ::= "(" item* ")" | [a-z]{2,4}     GBNF, and EBNF as the W3C writes it: 'x' and #x41 too
///     root = "(" , { item } , ")" | [ "x" ] ;     EBNF as ISO 14977 writes it
///
/// Rules may call themselves to the left. Exclusion, ISO's special sequences and tokens by number are refused.
class BnfParser : detail::GrammarReader {
 public:
  using Expression = Grammar::Expression;

  explicit BnfParser(std::string_view text) : GrammarReader(text), names_(g_) {}

  Result<Grammar> parse() {
    bool is_first = true;
    for (skip(); !r_.at_end() && !failed(); skip()) {
      const std::string its = rule_name();
      skip();
      const bool is_bnf = r_.take("::=");
      const bool is_assigned = !is_bnf && (r_.take(":=") || r_.take('='));
      if (its.empty() || (!is_bnf && !is_assigned)) {
        fail(its.empty() ? "the name of a rule is expected" : "'::=' or '=' is expected after '" + its + "'");
        break;
      }
      if (is_first) is_iso_ = is_assigned;
      if (names_.is_defined(its)) {
        fail("the rule '" + its + "' is defined twice");
        break;
      }
      const Grammar::Rule rule = names_.of(its);
      if (is_first) names_.set_first(rule);
      is_first = false;
      const Expression body = alternatives();
      if (!r_.take(';') && is_iso_) r_.take('.');
      skip();
      if (!failed() && !r_.at_end() && !at_rule()) fail("a rule is expected here");
      g_.define(rule, body);
    }
    if (failed()) return error();
    if (const auto finished = names_.finish(); !finished) return finished.error();
    return std::move(g_);
  }

 private:
  void skip() {
    for (;;) {
      if (r_.take(' ') || r_.take('\t') || r_.take('\n') || r_.take('\r')) continue;
      if (r_.take("(*"))
        skip_comment("*)");
      else if (r_.take("/*"))
        skip_comment("*/");
      else if ((r_.is_at('#') && !r_.is_at("#x")) || r_.is_at("//"))
        skip_line();
      else
        return;
    }
  }

  std::string rule_name() {
    if (!r_.take('<')) return name();
    std::string out;
    while (!r_.at_end() && !r_.is_at('>') && !r_.is_at('\n')) append_utf8(out, r_.next());
    if (!r_.take('>')) fail("a name in '<' has no '>'");
    return out;
  }

  /// Whether a rule begins here: a name, and what defines it.
  bool at_rule() {
    const std::size_t here = r_.position();
    if (r_.is_at('<') || (!r_.at_end() && is_name_character(r_.rest().front()))) {
      if (r_.take('<')) {
        while (!r_.at_end() && !r_.is_at('>') && !r_.is_at('\n')) r_.next();
        r_.take('>');
      } else {
        name();
      }
      while (r_.take(' ') || r_.take('\t') || r_.take('\n') || r_.take('\r')) {
      }
      const bool found = is_iso_ ? r_.is_at('=') || r_.is_at(":=") : r_.is_at("::=");
      r_.seek(here);
      return found;
    }
    return false;
  }

  Expression alternatives() {
    if (++depth_ > deepest) fail("more than " + std::to_string(deepest) + " brackets are nested in each other");
    std::vector<Expression> all{sequence()};
    for (skip(); r_.take('|') || (is_iso_ && r_.take('/')); skip()) all.push_back(sequence());
    --depth_;
    return g_.choice(std::move(all));
  }

  Expression sequence() {
    std::vector<Expression> parts;
    for (;;) {
      skip();
      if (failed() || r_.at_end() || r_.is_at('|') || r_.is_at(')') || r_.is_at(';') || (is_iso_ && at_iso_end()))
        break;
      if (is_iso_ && r_.take(',')) continue;
      if (at_rule()) break;
      const Expression one = item();
      parts.push_back(repeated(one));
    }
    return g_.sequence(std::move(parts));
  }

  bool at_iso_end() const { return r_.is_at(']') || r_.is_at('}') || r_.is_at('/') || r_.is_at('.'); }

  Expression item() {
    if (is_iso_ && r_.is_digit()) {
      const auto count = number();
      skip();
      if (!r_.take('*')) fail("'*' is expected after a count");
      skip();
      const Expression one = item();
      return g_.repeat(one, count.value_or(0), count.value_or(0));
    }
    if (r_.take('"')) return g_.text(quoted('"'));
    if (r_.take('\'')) return g_.text(quoted('\''));
    if (r_.take('(')) return bracketed(')');
    if (is_iso_ && r_.take('[')) return g_.optional(bracketed(']'));
    if (is_iso_ && r_.take('{')) return g_.repeat(bracketed('}'), 0);
    if (is_iso_ && r_.is_at('?'))
      return fail("a special sequence, between question marks, is not supported"), g_.empty();
    if (r_.take('[')) return characters();
    if (r_.take("#x")) {
      const char32_t c = hexadecimal();
      return g_.characters({{c, c}});
    }
    if (!is_iso_ && r_.take('.')) return g_.characters(CodePoints::all());
    if (r_.is_at("<[") || r_.is_at("!<[")) return fail("a token by its number, as <[1]>, is not supported"), g_.empty();
    if (r_.is_at('-')) return fail("what is excluded, after '-', is not supported"), g_.empty();
    const std::string its = rule_name();
    if (its.empty()) return fail("a rule, a text in quotes or a class in brackets is expected"), g_.empty();
    return g_.call(names_.of(its));
  }

  Expression bracketed(char close) {
    const Expression inner = alternatives();
    skip();
    if (!r_.take(close)) fail(std::string("'") + close + "' is expected");
    return inner;
  }

  Expression repeated(Expression one) {
    for (int i = 0;; ++i) {
      if (i > deepest) return fail("there are too many repeats"), one;
      if (!is_iso_) {
        while (r_.take(' ') || r_.take('\t')) {
        }
      }
      if (r_.take('*'))
        one = g_.repeat(one, 0);
      else if (r_.take('+'))
        one = g_.repeat(one, 1);
      else if (!(is_iso_ && r_.is_at("? ")) && r_.take('?'))
        one = g_.optional(one);
      else if (!is_iso_ && r_.take('{'))
        one = counted(one);
      else
        return one;
    }
  }

  Expression counted(Expression one) {
    while (r_.take(' ')) {
    }
    const auto least = number();
    while (r_.take(' ')) {
    }
    if (r_.take('}') && least) return g_.repeat(one, *least, *least);
    if (!r_.take(',')) return fail("a count is expected in braces, as {2}, {2,} or {2,4}"), one;
    while (r_.take(' ')) {
    }
    const auto most = number();
    while (r_.take(' ')) {
    }
    if (!r_.take('}') || (!least && !most)) return fail("a count is expected in braces, as {2}, {2,} or {2,4}"), one;
    if (most && *most < least.value_or(0)) return fail("a repeat ends before it begins"), one;
    return g_.repeat(one, least.value_or(0), most.value_or(Grammar::unlimited));
  }

  Expression characters() {
    const bool is_negated = r_.take('^');
    CodePoints set;
    for (bool is_first = true; !failed() && (is_first || !r_.is_at(']')) && !(is_first && r_.is_at(']'));
         is_first = false) {
      if (r_.at_end()) fail("a class has no ']'");
      const char32_t first = class_character();
      char32_t last = first;
      if (r_.is_at('-') && !r_.is_at("-]")) {
        r_.take('-');
        last = class_character();
      }
      if (last < first) fail("a range ends before it begins");
      if (!failed()) set.add(first, last);
    }
    if (!r_.take(']')) fail("a class has no ']'");
    return g_.characters(is_negated ? set.complement() : set);
  }
  char32_t class_character() { return r_.take("#x") ? hexadecimal() : character(); }

  char32_t hexadecimal() {
    std::uint32_t value = 0;
    int count = 0;
    for (; count < 8 && r_.hexadecimal_digit() >= 0; ++count) {
      value = value * 16 + static_cast<std::uint32_t>(r_.hexadecimal_digit());
      r_.next();
    }
    if (count == 0 || value > CodePoints::greatest) fail("the code of a character is wrong");
    return value;
  }

  Grammar g_;
  detail::RuleNames names_;
  bool is_iso_ = false;
};

}  // namespace tamis::guided
