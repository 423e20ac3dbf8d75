#pragma once

/// \file grammar_reader.hpp
/// What the parsers of grammars share: errors with a line, blanks and comments, quoted texts, counts.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "../core/result.hpp"
#include "code_points.hpp"
#include "text_reader.hpp"

namespace tamis::guided::detail {

class GrammarReader {
 public:
  static constexpr int deepest = 200;
  static constexpr std::uint32_t greatest_count = 1'000'000;

  explicit GrammarReader(std::string_view text) : r_(text) {}

 protected:
  void fail(std::string what) {
    if (fault_.empty()) {
      fault_ = std::move(what);
      fault_at_ = r_.position();
    }
    r_.to_end();
  }
  bool failed() const { return !fault_.empty(); }
  Error error() const {
    const std::string_view before = r_.text().substr(0, fault_at_);
    return Error{"the grammar is wrong at line " + std::to_string(std::count(before.begin(), before.end(), '\n') + 1) +
                 ": " + fault_};
  }

  static bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  }
  std::string name() {
    std::string out;
    while (!r_.at_end() && is_name_character(r_.rest().front())) out.push_back(static_cast<char>(r_.next()));
    return out;
  }

  std::optional<std::uint32_t> number() {
    std::optional<std::uint32_t> value;
    while (r_.is_digit())
      value = std::min<std::uint32_t>(value.value_or(0) * 10 + (r_.next() - U'0'), greatest_count + 1);
    if (value && *value > greatest_count) fail("a count is above " + std::to_string(greatest_count));
    return value;
  }

  /// Skips up to and with `end`; an error, if it is not there.
  void skip_comment(std::string_view end) {
    while (!r_.at_end() && !r_.is_at(end)) r_.next();
    if (!r_.take(end)) fail("a comment has no '" + std::string(end) + "'");
  }
  void skip_line() {
    while (!r_.at_end() && !r_.is_at('\n')) r_.next();
  }

  /// A character of a quoted text or a class, perhaps escaped.
  char32_t character() {
    if (r_.at_end()) return fail("the grammar ends within quotes or brackets"), 0;
    if (!r_.take('\\')) {
      const char32_t c = r_.next();
      if (c == TextReader::invalid) fail("the bytes are not UTF-8");
      return c;
    }
    if (r_.at_end()) return fail("the grammar ends in a backslash"), 0;
    const char32_t c = r_.next();
    switch (c) {
      case U'n': return U'\n';
      case U'r': return U'\r';
      case U't': return U'\t';
      case U'f': return U'\f';
      case U'v': return U'\v';
      case U'b': return U'\b';
      case U'0': return 0;
      case U'x': return coded(2);
      case U'u': return coded(4);
      case U'U': return coded(8);
      default: return c;
    }
  }

  /// What stands up to a quote, which is read too.
  std::string quoted(char quote) {
    std::string out;
    while (!failed() && !r_.take(quote)) {
      if (r_.at_end()) {
        fail(std::string("a text has no closing ") + quote);
        break;
      }
      append_utf8(out, character());
    }
    return out;
  }

  TextReader r_;
  int depth_ = 0;

 private:
  char32_t coded(int length) {
    std::uint32_t value = 0;
    for (int i = 0; i < length; ++i) {
      if (r_.hexadecimal_digit() < 0) return fail("the code of a character has too few digits"), 0;
      value = value * 16 + static_cast<std::uint32_t>(r_.hexadecimal_digit());
      r_.next();
    }
    if (value > CodePoints::greatest || (value >= 0xd800 && value < 0xe000))
      return fail("the code of a character is wrong"), 0;
    return value;
  }

  std::string fault_;
  std::size_t fault_at_ = 0;
};

}  // namespace tamis::guided::detail
