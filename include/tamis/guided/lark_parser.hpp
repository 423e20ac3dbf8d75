#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "grammar.hpp"
#include "grammar_reader.hpp"
#include "regex.hpp"
#include "regex_parser.hpp"
#include "rule_names.hpp"

namespace tamis::guided {

/// Reads a subset of Lark's grammars: rules and terminals, texts, patterns, repeats, aliases, priorities, `%ignore`,
/// and
/// `%import common.NAME` of the usual terminals.
///
/// The language is that of the grammar itself: no lexer splits the text first, so there is no terminal that takes too
/// much. What `%ignore` names may stand around each terminal. Templates, `%declare`, `%override` and other imports are
/// refused.
class LarkParser : detail::GrammarReader {
 public:
  using Expression = Grammar::Expression;

  explicit LarkParser(std::string_view text) : GrammarReader(text), names_(g_) {}

  Result<Grammar> parse() {
    ignored_ = g_.add_rule("ignored");
    bool is_first = true;
    for (skip(); !r_.at_end() && !failed(); skip()) {
      if (r_.take('%')) {
        directive();
        continue;
      }
      while (r_.take('?') || r_.take('!')) {
      }
      const std::string its = name();
      if (its.empty()) {
        fail("the name of a rule is expected");
        break;
      }
      if (r_.is_at('{')) fail("a template, '" + its + "{', is not supported");
      if (r_.take('.')) number();
      blanks();
      if (!r_.take(':')) fail("':' is expected after '" + its + "'");
      if (names_.is_defined(its)) fail("'" + its + "' is defined twice");
      const Grammar::Rule rule = names_.of(its);
      in_terminal_ = is_terminal(its);
      if (is_first && !in_terminal_) {
        names_.set_first(rule);
        is_first = false;
      }
      const Expression body = alternatives();
      g_.define(rule, body);
      if (!failed() && !r_.at_end() && !r_.is_at('\n')) fail("a rule ends with its line here");
    }
    g_.define(ignored_, g_.repeat(g_.choice(ignore_), 0));
    if (failed()) return error();
    if (const auto finished = names_.finish(); !finished) return finished.error();
    if (!ignore_.empty()) {
      const Grammar::Rule start = g_.start();
      g_.set_start(g_.add_rule("start", g_.sequence({g_.call(ignored_), g_.call(start)})));
    }
    return std::move(g_);
  }

 private:
  static bool is_terminal(const std::string& its) {
    for (const char c : its) {
      if (c >= 'A' && c <= 'Z') return true;
      if (c >= 'a' && c <= 'z') return false;
    }
    return false;
  }

  void blanks() {
    while (r_.take(' ') || r_.take('\t') || r_.take('\r')) {
    }
    if (r_.is_at("//") || r_.is_at('#')) skip_line();
  }
  void skip() {
    for (blanks(); r_.take('\n'); blanks()) {
    }
  }
  /// Goes to the next line, where that goes on with another alternative.
  bool more_lines() {
    const std::size_t here = r_.position();
    skip();
    if (depth_ > 1 || r_.is_at('|')) return true;
    r_.seek(here);
    return false;
  }

  void directive() {
    const std::string word = name();
    blanks();
    if (word == "ignore") {
      in_terminal_ = true;
      ignore_.push_back(alternatives());
    } else if (word == "import") {
      const std::string from = name();
      if (from != "common" || !r_.take('.')) return fail("only '%import common.NAME' is supported");
      const std::string its = name();
      std::string as = its;
      blanks();
      if (r_.take("->")) {
        blanks();
        as = name();
      }
      const auto pattern = common(its);
      if (!pattern) return fail("'common." + its + "' is not known here");
      if (!names_.is_defined(as)) g_.define(names_.of(as), regex_of(std::string(*pattern), {.unicode_classes = false}));
    } else {
      fail("'%" + word + "' is not supported");
    }
  }

  /// The terminals of Lark's common.lark.
  static std::optional<std::string_view> common(std::string_view name) {
    constexpr std::pair<std::string_view, std::string_view> known[] = {
        {"DIGIT", "[0-9]"},
        {"HEXDIGIT", "[0-9a-fA-F]"},
        {"INT", "[0-9]+"},
        {"SIGNED_INT", "[+-]?[0-9]+"},
        {"DECIMAL", R"([0-9]+\.[0-9]*|\.[0-9]+)"},
        {"FLOAT", R"([0-9]+[eE][+-]?[0-9]+|([0-9]+\.[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?)"},
        {"SIGNED_FLOAT", R"([+-]?([0-9]+[eE][+-]?[0-9]+|([0-9]+\.[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?))"},
        {"NUMBER", R"([0-9]+|[0-9]+[eE][+-]?[0-9]+|([0-9]+\.[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?)"},
        {"SIGNED_NUMBER", R"([+-]?([0-9]+|[0-9]+[eE][+-]?[0-9]+|([0-9]+\.[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?))"},
        {"ESCAPED_STRING", R"re("([^"\\\n]|\\[^\n])*")re"},
        {"LCASE_LETTER", "[a-z]"},
        {"UCASE_LETTER", "[A-Z]"},
        {"LETTER", "[a-zA-Z]"},
        {"WORD", "[a-zA-Z]+"},
        {"CNAME", "[a-zA-Z_][a-zA-Z0-9_]*"},
        {"WS_INLINE", R"([ \t]+)"},
        {"WS", R"([ \t\f\r\n]+)"},
        {"CR", R"(\r)"},
        {"LF", R"(\n)"},
        {"NEWLINE", R"((\r?\n)+)"},
        {"SH_COMMENT", R"(#[^\n]*)"},
        {"CPP_COMMENT", R"(//[^\n]*)"},
    };
    for (const auto& [its, pattern] : known)
      if (its == name) return pattern;
    return std::nullopt;
  }

  Expression alternatives() {
    if (++depth_ > deepest) fail("more than " + std::to_string(deepest) + " brackets are nested in each other");
    std::vector<Expression> all{sequence()};
    while (!failed() && more_lines() && r_.take('|')) all.push_back(sequence());
    --depth_;
    return g_.choice(std::move(all));
  }

  Expression sequence() {
    std::vector<Expression> parts;
    for (;;) {
      if (depth_ > 1)
        skip();
      else
        blanks();
      if (failed() || r_.at_end() || r_.is_at('|') || r_.is_at(')') || r_.is_at(']') || r_.is_at('\n')) break;
      if (r_.take("->")) {
        blanks();
        name();
        continue;
      }
      parts.push_back(repeated(item()));
    }
    return g_.sequence(std::move(parts));
  }

  /// A terminal in a rule, with what is ignored after it.
  Expression terminal(Expression one) { return in_terminal_ ? one : g_.sequence({one, g_.call(ignored_)}); }

  Expression item() {
    if (r_.take('(')) return bracketed(')');
    if (r_.take('[')) return g_.optional(bracketed(']'));
    if (r_.take('"')) {
      const std::string text = quoted('"');
      if (r_.take("..")) {
        if (!r_.take('"')) return fail("a text is expected after '..'"), g_.empty();
        const std::string last = quoted('"');
        TextReader from(text), to(last);
        if (text.empty() || last.empty()) return fail("a range is of single characters"), g_.empty();
        const char32_t a = from.next(), b = to.next();
        if (!from.at_end() || !to.at_end() || b < a)
          return fail("a range is of single characters, in order"), g_.empty();
        return terminal(g_.characters({{a, b}}));
      }
      if (!r_.take('i')) return terminal(g_.text(text));
      std::vector<Expression> letters;
      for (TextReader reader(text); !reader.at_end();) {
        const char32_t c = reader.next();
        letters.push_back(g_.characters(with_other_case({{c, c}})));
      }
      return terminal(g_.sequence(std::move(letters)));
    }
    if (r_.take('/')) return terminal(pattern());
    const std::string its = name();
    if (its.empty())
      return fail("a rule, a terminal, a text in quotes or a pattern between slashes is expected"), g_.empty();
    if (r_.is_at('{')) return fail("a template, '" + its + "{', is not supported"), g_.empty();
    const Expression called = g_.call(names_.of(its));
    return is_terminal(its) ? terminal(called) : called;
  }

  Expression pattern() {
    std::string text;
    while (!r_.at_end() && !r_.is_at('/') && !r_.is_at('\n')) {
      const bool is_escape = r_.is_at('\\');
      if (is_escape && r_.take("\\/")) {
        text += '/';
        continue;
      }
      if (is_escape) text.push_back(static_cast<char>(r_.next()));
      if (!r_.at_end()) append_utf8(text, r_.next());
    }
    if (!r_.take('/')) return fail("a pattern has no closing '/'"), g_.empty();
    RegexOptions options;
    while (!r_.at_end() && r_.rest().front() >= 'a' && r_.rest().front() <= 'z') {
      const char32_t flag = r_.next();
      options.ignore_case |= flag == U'i';
      options.dot_matches_newline |= flag == U's';
      if (flag != U'i' && flag != U's' && flag != U'u') fail("a pattern's flag is none of i, s, u");
    }
    return regex_of(text, options);
  }

  Expression regex_of(const std::string& pattern, const RegexOptions& options) {
    const auto tree = RegexParser(pattern, options).parse();
    const auto written = tree && tree->looks_ahead()
                             ? Result<Expression>(Error{"looking ahead of a terminal is not supported"})
                         : tree ? write_pattern(*tree, options, g_, false)
                                : Result<Expression>(tree.error());
    if (!written) return fail(written.error().message), g_.empty();
    return *written;
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
      blanks();
      if (r_.take('*'))
        one = g_.repeat(one, 0);
      else if (r_.take('+'))
        one = g_.repeat(one, 1);
      else if (r_.take('?'))
        one = g_.optional(one);
      else if (r_.take('~')) {
        blanks();
        const auto least = number();
        const auto most = r_.take("..") ? number() : least;
        if (!least || !most || *most < *least) return fail("counts are expected after '~', as ~2 or ~2..4"), one;
        one = g_.repeat(one, *least, *most);
      } else
        return one;
    }
  }

  Grammar g_;
  detail::RuleNames names_;
  Grammar::Rule ignored_ = 0;
  std::vector<Expression> ignore_;
  bool in_terminal_ = false;
};

}  // namespace tamis::guided
