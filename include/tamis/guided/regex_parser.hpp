#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "character_classes.hpp"
#include "code_points.hpp"
#include "pattern_fault.hpp"
#include "regex_tree.hpp"
#include "text_reader.hpp"

namespace tamis::guided {

/// Reads a pattern: the syntax that ECMAScript, Perl, Python and Rust have in common, as far as it is regular.
///
/// What is not regular is refused by name: references back, atomic groups, possessive repeats, recursion; and so are
/// looking behind and word boundaries, which do so. A lazy repeat is a repeat: the language is the same.
class RegexParser {
 public:
  constexpr explicit RegexParser(std::string_view pattern, const RegexOptions& options = {})
      : reader_(pattern),
        ecmascript_(options.is_ecmascript),
        unicode_(options.unicode_classes),
        flags_{options.ignore_case, options.dot_matches_newline, false} {}

  Result<RegexTree> parse() {
    if (read()) return std::move(tree_);
    return Error{"the pattern is wrong at byte " + std::to_string(fault_.byte()) + ": " + std::string(fault_.text())};
  }

  /// The same for the compiler. False, if there is a fault.
  constexpr bool read() {
    const Node root = alternatives();
    if (!fault_.is_there() && !reader_.at_end()) fail("the ')' closes nothing");
    tree_.set_root(root);
    return !fault_.is_there();
  }
  constexpr const RegexTree& tree() const { return tree_; }
  constexpr const PatternFault& fault() const { return fault_; }

 private:
  using Node = RegexTree::Node;
  static constexpr std::uint32_t deepest = 200;
  static constexpr std::uint32_t greatest_count = 1'000'000;

  struct Flags {
    bool ignore_case, dot_all, extended;
  };

  template <class... What>
  constexpr Node fail(const What&... what) {
    fault_.set(reader_.position() + 1, what...);
    reader_.to_end();
    return tree_.sequence({});
  }

  constexpr Node alternatives() {
    if (++depth_ > deepest) return fail("more than ", deepest, " groups are nested in each other");
    std::vector<Node> all{terms()};
    while (reader_.take('|')) all.push_back(terms());
    --depth_;
    return tree_.choice(std::move(all));
  }

  constexpr Node terms() {
    std::vector<Node> parts;
    for (;;) {
      if (flags_.extended) skip_extended();
      if (reader_.at_end() || reader_.is_at('|') || reader_.is_at(')')) break;
      const auto atom = this->atom();
      if (atom) parts.push_back(quantified(*atom));
    }
    return tree_.sequence(std::move(parts));
  }

  constexpr void skip_extended() {
    for (;;) {
      if (reader_.is_at('#')) {
        while (!reader_.at_end() && !reader_.is_at('\n')) reader_.next();
      } else if (reader_.is_at(' ') || reader_.is_at('\t') || reader_.is_at('\n') || reader_.is_at('\r')) {
        reader_.next();
      } else {
        return;
      }
    }
  }

  constexpr Node quantified(Node node) {
    for (;;) {
      std::uint32_t least = 0, most = RegexTree::unlimited;
      if (reader_.take('*')) {
      } else if (reader_.take('+')) {
        least = 1;
      } else if (reader_.take('?')) {
        most = 1;
      } else if (!counts(least, most)) {
        return node;
      }
      if (least > most)
        return fail("a repeat from ", least, " to ", most, " times is none");
      if (reader_.take('+')) return fail("a possessive repeat, which ends in '+', is not regular");
      reader_.take('?');
      node = tree_.repeat(node, least, most);
      if (++depth_of_repeats_ > deepest * 10) return fail("there are too many repeats");
    }
  }

  /// `{m}`, `{m,}`, `{m,n}` or `{,n}`; other braces stand for themselves.
  constexpr bool counts(std::uint32_t& least, std::uint32_t& most) {
    if (!reader_.is_at('{')) return false;
    const std::size_t begin = reader_.position();
    reader_.next();
    const auto first = number();
    const bool has_comma = reader_.take(',');
    const auto second = has_comma ? number() : first;
    if (!reader_.take('}') || (!first && !second)) {
      reader_.seek(begin);
      return false;
    }
    least = first.value_or(0);
    most = second.value_or(RegexTree::unlimited);
    if (least > greatest_count || (most != RegexTree::unlimited && most > greatest_count))
      fail("a count is above ", greatest_count);
    return true;
  }

  constexpr std::optional<std::uint32_t> number() {
    std::optional<std::uint32_t> value;
    while (reader_.is_digit())
      value = std::min<std::uint32_t>(value.value_or(0) * 10 + (reader_.next() - U'0'), greatest_count + 1);
    return value;
  }

  /// Nothing, where it only set flags.
  constexpr std::optional<Node> atom() {
    if (reader_.take('(')) return group();
    if (reader_.take('[')) {
      const auto set = klass();
      return tree_.set(folded(set));
    }
    if (reader_.take('.')) {
      if (flags_.dot_all) return tree_.set(CodePoints::all());
      return tree_.set(CodePoints{{'\n', '\n'}}.complement());
    }
    if (reader_.take('^')) return tree_.text_begin();
    if (reader_.take('$')) return tree_.text_end();
    if (reader_.is_at('*') || reader_.is_at('+') || reader_.is_at('?'))
      return fail("there is nothing to repeat before it");
    if (reader_.take('\\')) return escape();
    std::uint32_t least = 0, most = 0;
    if (reader_.is_at('{') && counts(least, most)) return fail("there is nothing to repeat before the braces");
    const char32_t c = reader_.next();
    if (c == TextReader::invalid) return fail("the bytes are not UTF-8");
    return tree_.set(folded(CodePoints{{c, c}}));
  }

  constexpr CodePoints folded(const CodePoints& set) const {
    if (flags_.ignore_case) return with_other_case(set);  // no `?:`: g++ 12 frees what it returns
    return set;
  }

  constexpr std::optional<Node> group() {
    const Flags before = flags_;
    if (reader_.take('?')) {
      if (reader_.is_at('=') || reader_.is_at('!')) {
        const bool is_there = reader_.next() == U'=';
        const Node inner = alternatives();
        if (!reader_.take(')')) return fail("a '(' has no ')'");
        flags_ = before;
        return tree_.ahead(inner, is_there);
      }
      if (reader_.take('>')) return fail("an atomic group, '(?>', is not regular");
      if (reader_.take('(')) return fail("a conditional group, '(?(', is not supported");
      if (reader_.take('R') || reader_.take('&') || reader_.is_digit())
        return fail("recursion, as in '(?R)', is not regular");
      if (reader_.take('#')) {
        while (!reader_.at_end() && !reader_.is_at(')')) reader_.next();
        if (!reader_.take(')')) return fail("the comment has no ')'");
        return std::nullopt;
      }
      bool is_named = reader_.take('P');
      if (is_named && (reader_.is_at('=') || reader_.is_at('>')))
        return fail("a reference to a group, '(?P=' or '(?P>', is not regular");
      if (reader_.take('<')) {
        if (reader_.is_at('=') || reader_.is_at('!')) return fail("looking behind, '(?<=' or '(?<!', is not supported");
        while (!reader_.at_end() && !reader_.is_at('>')) reader_.next();
        if (!reader_.take('>')) return fail("the group's name has no '>'");
      } else if (is_named) {
        return fail("'(?P' begins nothing known");
      } else if (!reader_.take(':')) {
        if (!flags()) return std::nullopt;
        if (reader_.take(')')) return std::nullopt;  // for the rest of the group around it
        if (!reader_.take(':')) return fail("'(?' begins nothing known");
      }
    }
    const Node inner = alternatives();
    if (!reader_.take(')')) return fail("a '(' has no ')'");
    flags_ = before;
    return inner;
  }

  constexpr bool flags() {
    bool on = true;
    while (!reader_.at_end() && !reader_.is_at(')') && !reader_.is_at(':')) {
      const char32_t c = reader_.next();
      switch (c) {
        case U'-': on = false; break;
        case U'i': flags_.ignore_case = on; break;
        case U's': flags_.dot_all = on; break;
        case U'x': flags_.extended = on; break;
        case U'u': unicode_ = on; break;
        case U'a': unicode_ = !on; break;
        case U'm':
          if (on) return fail("the flag 'm', by which '^' and '$' match within the text, is not supported"), false;
          break;
        case U'U': break;  // lazy and greedy change places: the language is the same
        default: return fail("a flag is none of i, s, x, u, a, U"), false;
      }
    }
    return true;
  }

  constexpr Node escape() {
    if (reader_.at_end()) return fail("the pattern ends in a backslash");
    if (reader_.is_digit() && !reader_.is_at('0')) return fail("a reference back, as '\\1', is not regular");
    if (std::u32string_view(U"GKXRQ").find(reader_.peek()) != std::u32string_view::npos)
      return fail("'\\G', '\\K', '\\X', '\\R' and '\\Q' are not supported");
    switch (reader_.peek()) {
      case U'A': reader_.next(); return tree_.text_begin();
      case U'z':
      case U'Z': reader_.next(); return tree_.text_end();
      case U'b':
      case U'B': return fail("a word boundary, '\\b' or '\\B', is not supported");
      case U'k':
      case U'g': return fail("a reference back, '\\k' or '\\g', is not regular");
      default: break;
    }
    CodePoints set;
    if (!escaped(set)) return tree_.sequence({});
    return tree_.set(folded(set));
  }

  /// What stands after a backslash, in a class or outside of one.
  constexpr bool escaped(CodePoints& set) {
    if (reader_.at_end()) return fail("the pattern ends in a backslash"), false;
    const char32_t c = reader_.next();
    if (const auto found = shorthand_class(c, unicode_, ecmascript_)) return set = *found, true;
    switch (c) {
      case U'p':
      case U'P': return property(set, c == U'P');
      case U'c':
        if (reader_.at_end()) return fail("'\\c' has no letter after it"), false;
        set.add(reader_.next() & 0x1f);
        return true;
      case U'x': return coded(set, 2);
      case U'u': return coded(set, 4);
      case U'U': return coded(set, 8);
      default: break;
    }
    if (c == TextReader::invalid) return fail("the bytes are not UTF-8"), false;
    const char letter = static_cast<char>(c);
    if (c < 0x80 && ((c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= U'0' && c <= U'9')))
      return fail("the escape '\\", std::string_view(&letter, 1), "' is not known"), false;
    set.add(c);
    return true;
  }

  constexpr bool coded(CodePoints& set, int length) {
    const auto value = reader_.code(length);
    if (!value || *value > CodePoints::greatest) return fail("the code of a character is wrong"), false;
    set.add(static_cast<char32_t>(*value));  // a surrogate alone is in no text
    return true;
  }

  constexpr bool property(CodePoints& set, bool is_negated) {
    std::vector<char> name;
    if (reader_.take('{')) {
      if (reader_.take('^')) is_negated = !is_negated;
      while (!reader_.at_end() && !reader_.is_at('}')) append_utf8(name, reader_.next());
      if (!reader_.take('}')) return fail("the name of the Unicode class has no '}'"), false;
    } else if (!reader_.at_end()) {
      append_utf8(name, reader_.next());
    }
    const auto found = unicode_property({name.data(), name.size()});
    if (!found)
      return fail("the Unicode class '", std::string_view(name.data(), name.size()), "' is not known here; general categories, as Lu, are"), false;
    set = *found;
    if (is_negated) set = found->complement();
    return true;
  }

  constexpr CodePoints klass() {
    if (++depth_ > deepest) return fail("classes are nested too deeply"), CodePoints();
    const bool is_negated = reader_.take('^');
    CodePoints set;
    for (bool is_first = true;; is_first = false) {
      if (reader_.at_end()) return fail("a '[' has no ']'"), CodePoints();
      if (reader_.is_at(']') && (!is_first || ecmascript_ || !has_later_bracket())) {
        reader_.next();
        break;
      }
      if (!ecmascript_) {
        if (reader_.take("&&")) {  // what is left is a class of its own
          set = set.common(klass());
          break;
        }
        if (!is_first && reader_.take("--")) {
          set = set.without(klass());
          break;
        }
        if (reader_.take("[:")) {
          if (!posix(set)) return {};
          continue;
        }
        if (reader_.is_at('[') && has_later_bracket()) {
          reader_.next();
          set.add(klass());
          continue;
        }
      }
      CodePoints one;
      if (!class_atom(one)) return {};
      if (!reader_.is_at('-') || reader_.is_at("-]") || (!ecmascript_ && reader_.is_at("--"))) {
        set.add(one);
        continue;
      }
      const std::size_t dash = reader_.position();
      reader_.next();
      CodePoints other;
      if ((!ecmascript_ && reader_.is_at('[')) || !class_atom(other)) return fail("a range has no end"), CodePoints();
      if (one.ranges().size() != 1 || other.ranges().size() != 1 || one.ranges()[0].first != one.ranges()[0].last ||
          other.ranges()[0].first != other.ranges()[0].last) {
        set.add(one);  // a class has no end to range from: the dash is a dash
        set.add('-');
        set.add(other);
        continue;
      }
      if (one.ranges()[0].first > other.ranges()[0].first) {
        reader_.seek(dash);
        return fail("a range ends before it begins"), CodePoints();
      }
      set.add(one.ranges()[0].first, other.ranges()[0].first);
    }
    --depth_;
    if (flags_.ignore_case) set = with_other_case(set);
    if (is_negated) return set.complement();
    return set;
  }

  /// Whether a bracket opens a class here rather than standing for itself: it is closed, and so is the one around.
  constexpr bool has_later_bracket() const {
    const std::string_view rest = reader_.rest();
    const std::size_t first = rest.find(']', 1);
    return first != std::string_view::npos &&
           (rest.front() == ']' || rest.find(']', first + 1) != std::string_view::npos);
  }

  constexpr bool class_atom(CodePoints& set) {
    if (reader_.at_end()) return fail("a '[' has no ']'"), false;
    if (reader_.take('\\')) {
      if (reader_.take('b')) return set.add('\b'), true;
      return escaped(set);
    }
    const char32_t c = reader_.next();
    if (c == TextReader::invalid) return fail("the bytes are not UTF-8"), false;
    set.add(c);
    return true;
  }

  /// After `[:`.
  constexpr bool posix(CodePoints& set) {
    const bool is_negated = reader_.take('^');
    std::vector<char> name;
    while (!reader_.at_end() && !reader_.is_at(':')) append_utf8(name, reader_.next());
    const auto found = posix_class({name.data(), name.size()});
    if (!reader_.take(":]") || !found) return fail("the class '[:", std::string_view(name.data(), name.size()), ":]' is not known"), false;
    if (is_negated) set.add(found->complement());
    else set.add(*found);
    return true;
  }

  TextReader reader_;
  bool ecmascript_, unicode_;
  Flags flags_;
  RegexTree tree_;
  std::uint32_t depth_ = 0, depth_of_repeats_ = 0;
  PatternFault fault_;
};

}  // namespace tamis::guided
