#pragma once

/// \file json.hpp
/// The grammar of JSON, and its parts for those who make grammars of kinds of JSON.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "grammar.hpp"

namespace tamis::guided {

/// How much white space may stand between the marks of JSON. Without a bound a model may write nothing else for ever.
struct JsonSpace {
  std::uint32_t blanks = 20;   ///< blanks and tabs in a row
  bool allows_newline = true;  ///< a line break, and as many blanks after it
  bool is_compact = false;     ///< none at all
};

/// Writes the parts of JSON into a grammar, each once.
class JsonParts {
 public:
  using Expression = Grammar::Expression;

  explicit JsonParts(Grammar& grammar, JsonSpace space = {}) : g_(grammar) {
    if (space.is_compact) {
      space_ = g_.empty();
    } else {
      ByteSet blank;
      blank.add(' ');
      blank.add('\t');
      const Expression blanks = g_.repeat(g_.bytes(blank), 0, space.blanks);
      const Expression line = g_.sequence({g_.optional(g_.text("\r")), g_.text("\n"), blanks});
      space_ = space.allows_newline ? g_.sequence({blanks, g_.optional(line)}) : blanks;
    }
    // Rules, for there are many of each, and a place in a rule is one place, wherever it was called.
    comma_rule_ = g_.add_rule("comma", g_.sequence({space_, g_.text(","), space_}));
    comma_ = g_.call(comma_rule_);
    colon_ = g_.call(g_.add_rule("colon", g_.sequence({space_, g_.text(":"), space_})));
    for (std::size_t i = 0; i < 4; ++i) {
      const Expression mark = g_.text(std::string_view("{}[]").substr(i, 1));
      marks_[i] =
          g_.call(g_.add_rule("bracket", i % 2 == 0 ? g_.sequence({mark, space_}) : g_.sequence({space_, mark})));
    }
    character_ = g_.call(g_.add_rule("json character", g_.json_characters(CodePoints::all(), true)));
    string_rule_ = g_.add_rule(
        "json string",
        g_.sequence({g_.text("\""), g_.repeat(g_.json_characters(CodePoints::all(), true), 0), g_.text("\"")}));
    ByteSet digits;
    digits.add('0', '9');
    ByteSet not_zero;
    not_zero.add('1', '9');
    digit_ = g_.bytes(digits);
    whole_ = g_.sequence({g_.optional(g_.text("-")),
                          g_.choice({g_.text("0"), g_.sequence({g_.bytes(not_zero), g_.repeat(digit_, 0)})})});
    ByteSet e, sign;
    e.add('e');
    e.add('E');
    sign.add('+');
    sign.add('-');
    const Expression fraction = g_.sequence({g_.text("."), g_.repeat(digit_, 1)});
    const Expression exponent = g_.sequence({g_.bytes(e), g_.optional(g_.bytes(sign)), g_.repeat(digit_, 1)});
    number_ = g_.sequence({whole_, g_.optional(fraction), g_.optional(exponent)});
    value_rule_ = g_.add_rule("json value");
    // Written out, for these two are met most: nothing of a token is left to what called a rule.
    const auto spaced = [&](const char* mark) { return g_.sequence({space_, g_.text(mark), space_}); };
    const auto listed = [&](const char* open, Expression item, const char* close) {
      const Expression more = g_.repeat(g_.sequence({spaced(","), item}), 0);
      const Expression items = g_.optional(g_.sequence({item, more, space_}));
      return g_.sequence({g_.text(open), space_, items, g_.text(close)});
    };
    object_rule_ = g_.add_rule("json object", listed("{", g_.sequence({string(), spaced(":"), value()}), "}"));
    array_rule_ = g_.add_rule("json array", listed("[", value(), "]"));
    g_.define(value_rule_, g_.choice({string(), number_, g_.call(object_rule_), g_.call(array_rule_),
                                      g_.words({"true", "false", "null"})}));
  }

  Expression space() const { return space_; }
  Expression value() const { return g_.call(value_rule_); }
  Expression object() const { return g_.call(object_rule_); }
  Expression array() const { return g_.call(array_rule_); }
  Expression string() const { return g_.call(string_rule_); }
  Expression character() const { return character_; }  ///< between the quotes of a string
  Expression number() const { return number_; }
  Expression whole() const { return whole_; }  ///< a number without fraction and exponent
  Expression digit() const { return digit_; }

  /// Marks with the white space that may stand around them.
  Expression comma() const { return comma_; }
  Grammar::Rule comma_rule() const { return comma_rule_; }
  Expression colon() const { return colon_; }
  Expression braces(Expression inside) { return g_.sequence({marks_[0], inside, marks_[1]}); }
  Expression brackets(Expression inside) { return g_.sequence({marks_[2], inside, marks_[3]}); }

  /// The same as a call of a rule whose items, or keys, must all be different.
  Expression distinct(bool is_object, Expression inside) {
    const Expression open = g_.text(is_object ? "{" : "[");
    const auto rule = g_.add_rule("distinct", g_.sequence({open, space_, inside, marks_[is_object ? 1 : 3]}));
    g_.make_distinct(rule);
    return g_.call(rule);
  }

 private:
  Grammar& g_;
  Expression space_, comma_, colon_, marks_[4], character_, digit_, whole_, number_;
  Grammar::Rule comma_rule_, string_rule_, value_rule_, object_rule_, array_rule_;
};

/// The grammar of JSON, RFC 8259: any value, with white space around it.
inline Grammar json(JsonSpace space = {}) {
  Grammar grammar;
  JsonParts parts(grammar, space);
  const auto start = grammar.add_rule("json", grammar.sequence({parts.space(), parts.value(), parts.space()}));
  grammar.set_start(start);
  return grammar;
}

}  // namespace tamis::guided
