#pragma once

/// \file distinct_items.hpp
/// What a grammar cannot remember: which items a list of JSON already has, and which keys an object.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "intern_table.hpp"
#include "number_language.hpp"
#include "text_reader.hpp"

namespace tamis::guided {

/// Follows the bytes of JSON within lists whose items, and objects whose keys, must all be different.
///
/// It trusts that the bytes are JSON: a grammar sees to that, and says where such a list or object begins. Outside of them
/// it is idle. A value: a copy is a fork.
class DistinctItems {
 public:
  bool is_idle() const { return levels_.empty(); }
  bool is_in_string() const { return mode_ == Mode::string; }
  bool is_between() const { return mode_ == Mode::none; }  ///< in no string, no number and no word
  static bool is_blank(std::uint8_t byte) { return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; }

  /// Goes on by a byte. False, and then it is of no more use, if an item or a key is there twice.
  /// \param begins  the byte opens a list or an object of the kind
  bool take(std::uint8_t byte, bool begins) {
    const char c = static_cast<char>(byte);
    if (levels_.empty()) {
      if (begins) open(c, true);
      history_ = 0;
      return true;
    }
    if (!is_between() || !is_blank(byte)) history_ = detail::mixed(history_, byte);
    if (mode_ == Mode::string) return take_in_string(c);
    if (mode_ == Mode::scalar) {
      if (!is_mark(c)) {
        raw_ += c;
        return !is_literal(raw_) || complete_scalar();
      }
      if (!complete_scalar()) return false;
    }
    switch (c) {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
      case ':':
        return true;
      case '[':
      case '{':
        open(c, begins);
        return true;
      case ']':
      case '}':
        return close();
      case ',':
        levels_.back().is_after_comma = true;
        return true;
      case '"':
        mode_ = Mode::string;
        break;
      default:
        mode_ = Mode::scalar;
        raw_ = c;
    }
    levels_.back().is_after_comma = false;
    return true;
  }

  /// Whether what is being written may yet become an item or a key that is there already.
  bool could_repeat() const {
    for (std::size_t at = 0; at < levels_.size(); ++at) {
      const Level& level = levels_[at];
      if (!level.is_distinct || level.done->empty() || !is_open_at(at)) continue;
      const auto could_be = [&](const Member& one) {
        return level.is_object ? is_begun(one.key) : may_become(at + 1, *one.value);
      };
      if (std::any_of(level.done->begin(), level.done->end(), could_be)) return true;
    }
    return false;
  }

  /// Whether a number of a list of the kind is being written: only what follows it says where it ends.
  bool is_in_number() const {
    return mode_ == Mode::scalar && levels_.back().is_distinct && !levels_.back().is_object;
  }

  /// A hash of the bytes since the outermost list or object of the kind began, white space between values left out.
  std::uint64_t history() const { return is_idle() ? 0 : history_; }

  /// How many items and keys there are that none may be like.
  std::size_t size() const {
    std::size_t count = 0;
    for (const Level& level : levels_) count += level.is_distinct ? level.done->size() : 0;
    return count;
  }

 private:
  enum class Kind : std::uint8_t { string, number, literal, array, object };
  enum class Mode : std::uint8_t { none, string, scalar };

  struct Value;
  struct Member {
    std::string key;
    std::shared_ptr<const Value> value;
  };
  using Members = std::vector<Member>;
  struct Value {
    Kind kind;
    std::string text = {};     ///< of what is no list and no object: equal values have equal texts
    Members members = {};      ///< of an object by their keys, each once
  };

  struct Level {
    bool is_object, is_distinct;
    std::shared_ptr<Members> done = std::make_shared<Members>();  ///< shared with forks
    std::string key = {};  ///< of the member that is being written
    bool has_key = false, is_after_comma = false;
  };

  static bool is_mark(char c) {
    return c == ',' || c == ']' || c == '}' || is_blank(static_cast<std::uint8_t>(c));
  }
  static bool is_literal(std::string_view text) { return text == "true" || text == "false" || text == "null"; }

  void open(char c, bool begins) {
    if (!levels_.empty()) levels_.back().is_after_comma = false;
    levels_.push_back({c == '{', begins});
  }

  bool close() {
    Value made{levels_.back().is_object ? Kind::object : Kind::array};
    made.members = *levels_.back().done;
    if (made.kind == Kind::object) {  // of equal keys the last counts
      std::stable_sort(made.members.begin(), made.members.end(),
                       [](const Member& x, const Member& y) { return x.key < y.key; });
      Members kept;
      for (Member& one : made.members) {
        if (!kept.empty() && kept.back().key == one.key) kept.pop_back();
        kept.push_back(std::move(one));
      }
      made.members = std::move(kept);
    }
    levels_.pop_back();
    return levels_.empty() || complete(std::move(made));
  }

  bool take_in_string(char c) {
    if (c != '"' || is_escaped_) {
      is_escaped_ = c == '\\' && !is_escaped_;
      raw_ += c;
      return true;
    }
    mode_ = Mode::none;
    return complete({Kind::string, unescaped(std::exchange(raw_, {}))});
  }

  bool complete_scalar() {
    mode_ = Mode::none;
    const std::string raw = std::exchange(raw_, {});
    if (is_literal(raw)) return complete({Kind::literal, raw});
    const auto d = Decimal::of(raw);
    if (!d) return complete({Kind::number, raw});
    return complete({Kind::number, (d->is_negative && !d->is_zero() ? "-" : "") + d->whole + "." + d->fraction});
  }

  bool complete(Value value) {
    Level& level = levels_.back();
    if (level.is_object && !level.has_key) {
      level.key = std::move(value.text);
      level.has_key = true;
      return !level.is_distinct || std::none_of(level.done->begin(), level.done->end(),
                                                [&](const Member& one) { return one.key == level.key; });
    }
    if (level.is_distinct && !level.is_object &&
        std::any_of(level.done->begin(), level.done->end(), [&](const Member& one) { return are_equal(*one.value, value); }))
      return false;
    if (level.done.use_count() > 1) level.done = std::make_shared<Members>(*level.done);
    level.done->push_back({level.is_object ? level.key : "", std::make_shared<const Value>(std::move(value))});
    level.has_key = false;
    return true;
  }

  static bool are_equal(const Value& x, const Value& y) {
    return x.kind == y.kind && x.text == y.text && x.members.size() == y.members.size() &&
           std::equal(x.members.begin(), x.members.end(), y.members.begin(), [](const Member& a, const Member& b) {
             return a.key == b.key && are_equal(*a.value, *b.value);
           });
  }

  static const Value* find(const Value& object, const std::string& key) {
    const auto found = std::lower_bound(object.members.begin(), object.members.end(), key,
                                        [](const Member& one, const std::string& its) { return one.key < its; });
    return found != object.members.end() && found->key == key ? found->value.get() : nullptr;
  }

  /// Whether an item, or of an object a key, has been begun in a level, or must come.
  bool is_open_at(std::size_t at) const {
    const Level& level = levels_[at];
    const bool is_last = at + 1 == levels_.size();
    if (level.is_object) return is_last && !level.has_key && (mode_ == Mode::string || level.is_after_comma);
    return !is_last || mode_ != Mode::none || level.is_after_comma;
  }

  /// Whether the string that is being written, if there is one, is the beginning of a text.
  bool is_begun(const std::string& text) const {
    if (mode_ == Mode::none) return true;
    const std::string begun = unescaped(raw_);
    return text.compare(0, begun.size(), begun) == 0;
  }

  /// Whether what is being written from a level on may become a value.
  bool may_become(std::size_t at, const Value& value) const {
    if (at == levels_.size()) {
      if (mode_ == Mode::none) return true;
      if (mode_ == Mode::string) return value.kind == Kind::string && is_begun(value.text);
      const bool is_word = raw_[0] >= 'a' && raw_[0] <= 'z';
      return is_word ? value.kind == Kind::literal && value.text.compare(0, raw_.size(), raw_) == 0
                     : value.kind == Kind::number;
    }
    const Level& level = levels_[at];
    if (value.kind != (level.is_object ? Kind::object : Kind::array)) return false;
    const Members& done = *level.done;
    if (!level.is_object) {
      for (std::size_t i = 0; i < done.size(); ++i)
        if (i >= value.members.size() || !are_equal(*done[i].value, *value.members[i].value)) return false;
      return !is_open_at(at) ||
             (done.size() < value.members.size() && may_become(at + 1, *value.members[done.size()].value));
    }
    for (const Member& one : done) {
      const Value* same = find(value, one.key);
      if (!same || !are_equal(*one.value, *same)) return false;
    }
    if (level.has_key) {
      const Value* same = find(value, level.key);
      return same && may_become(at + 1, *same);
    }
    return mode_ != Mode::string || std::any_of(value.members.begin(), value.members.end(),
                                                [&](const Member& one) { return is_begun(one.key); });
  }

  /// What stands between the quotes of a string; an escape that is not whole is left out.
  static std::string unescaped(std::string_view raw) {
    constexpr std::string_view names = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    if (raw.find('\\') == std::string_view::npos) return std::string(raw);
    std::string out;
    for (TextReader reader(raw); !reader.at_end();) {
      if (!reader.take('\\')) {
        out += raw[reader.position()];
        reader.seek(reader.position() + 1);
        continue;
      }
      if (reader.at_end()) break;
      if (reader.take('u')) {
        const auto code = reader.code(4);
        const bool may_go_on = reader.rest().size() < 6 && code && *code >= 0xd800 && *code < 0xdc00;
        if (!code || may_go_on) break;
        append_utf8(out, char32_t{*code});
        continue;
      }
      const std::size_t name = names.find(reader.rest()[0]);
      if (name != std::string_view::npos) out += meanings[name];
      reader.seek(reader.position() + 1);
    }
    return out;
  }

  std::vector<Level> levels_;  ///< from the outermost list or object of the kind on
  Mode mode_ = Mode::none;
  bool is_escaped_ = false;
  std::string raw_ = {};  ///< of the string, number or word that is being written
  std::uint64_t history_ = 0;
};

}  // namespace tamis::guided
