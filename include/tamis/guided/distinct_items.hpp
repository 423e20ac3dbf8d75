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
  static constexpr std::string_view blanks = " \t\r\n";
  static bool is_blank(std::uint8_t byte) { return blanks.find(static_cast<char>(byte)) != std::string_view::npos; }

  /// Goes on by a byte. False, and then it is of no more use, if an item or a key is there twice.
  /// \param begins  the byte opens a list or an object of the kind
  bool take(std::uint8_t byte, bool begins) {
    const char c = static_cast<char>(byte);
    if (levels_.empty()) {
      if (begins) open(c, true);
      return true;
    }
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
    const std::string begun = mode_ == Mode::string ? unescaped(raw_) : mode_ == Mode::scalar ? raw_ : "";
    for (std::size_t at = 0; at < levels_.size(); ++at) {
      const Level& level = levels_[at];
      if (!level.is_distinct || level.done->empty() || !is_open_at(at)) continue;
      const auto could_be = [&](const Member& one) {
        return level.is_object ? begins(begun, one.key) : may_become(at + 1, *one.value, begun);
      };
      if (std::any_of(level.done->begin(), level.done->end(), could_be)) return true;
    }
    return false;
  }

  /// Whether a number of a list of the kind is being written: only what follows it says where it ends.
  bool is_in_number() const {
    return mode_ == Mode::scalar && levels_.back().is_distinct && !levels_.back().is_object;
  }

  /// A hash of all that is remembered; the same for the same members of an object in another order.
  std::uint64_t hash() const {
    std::uint64_t out = hash_of(raw_) * 8 + static_cast<unsigned>(mode_) * 2 + is_escaped_;
    for (const Level& level : levels_) {
      const unsigned flags = level.is_object + 2u * level.is_distinct + 4u * level.has_key + 8u * level.is_after_comma;
      out = detail::mixed(out, flags + 16 * hash_of(level.has_key ? level.key : ""));
      out = detail::mixed(out, hash_of(*level.done, level.is_object));
    }
    return out;
  }

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
    std::uint64_t hash = 0;
  };

  struct Level {
    bool is_object, is_distinct;
    std::shared_ptr<Members> done = std::make_shared<Members>();  ///< shared with forks
    std::string key = {};  ///< of the member that is being written
    bool has_key = false, is_after_comma = false;
  };

  static std::uint64_t hash_of(std::string_view text) {
    std::uint64_t out = text.size();
    for (const char c : text) out = detail::mixed(out, static_cast<unsigned char>(c));
    return out;
  }
  static std::uint64_t hash_of(const Members& members, bool is_object) {
    std::uint64_t out = 0;
    for (const Member& one : members)
      out = is_object ? out + detail::mixed(hash_of(one.key), one.value->hash) : detail::mixed(out, one.value->hash);
    return out;
  }

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
    if (made.kind == Kind::object)
      std::sort(made.members.begin(), made.members.end(), [](const Member& x, const Member& y) { return x.key < y.key; });
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
    value.hash = detail::mixed(hash_of(value.text) + hash_of(value.members, value.kind == Kind::object),
                               static_cast<unsigned>(value.kind) + 1u);
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
    Member member{level.is_object ? level.key : "", std::make_shared<const Value>(std::move(value))};
    const auto same = [&](const Member& one) { return level.is_object && one.key == member.key; };
    const auto found = std::find_if(level.done->begin(), level.done->end(), same);
    if (found == level.done->end())
      level.done->push_back(std::move(member));
    else
      *found = std::move(member);  // of equal keys the last counts
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

  static bool begins(std::string_view begun, std::string_view text) { return text.substr(0, begun.size()) == begun; }

  /// Whether what is being written from a level on may become a value.
  /// \param begun  what stands of a string, number or word already; empty between them
  bool may_become(std::size_t at, const Value& value, const std::string& begun) const {
    if (at == levels_.size()) {
      if (mode_ == Mode::none) return true;
      if (mode_ == Mode::string) return value.kind == Kind::string && begins(begun, value.text);
      const bool is_word = raw_[0] >= 'a' && raw_[0] <= 'z';
      return is_word ? value.kind == Kind::literal && begins(begun, value.text)
                     : value.kind == Kind::number && may_become_number(raw_, value.text);
    }
    const Level& level = levels_[at];
    if (value.kind != (level.is_object ? Kind::object : Kind::array)) return false;
    const Members& done = *level.done;
    if (!level.is_object) {
      for (std::size_t i = 0; i < done.size(); ++i)
        if (i >= value.members.size() || !are_equal(*done[i].value, *value.members[i].value)) return false;
      return !is_open_at(at) ||
             (done.size() < value.members.size() && may_become(at + 1, *value.members[done.size()].value, begun));
    }
    for (const Member& one : done) {
      const Value* same = find(value, one.key);
      if (!same || !are_equal(*one.value, *same)) return false;
    }
    if (level.has_key) {
      const Value* same = find(value, level.key);
      return same && may_become(at + 1, *same, begun);
    }
    return mode_ != Mode::string || std::any_of(value.members.begin(), value.members.end(),
                                                [&](const Member& one) { return begins(begun, one.key); });
  }

  /// Whether the beginning of a number may go on to one of this value. However the value is written, its digits come in their
  /// order from the first that is not 0, and then only 0.
  static bool may_become_number(std::string_view raw, std::string_view value) {
    const std::string digits = digits_of(value), begun = digits_of(raw);
    const bool is_negative = !value.empty() && value[0] == '-', is_zero = digits.find_first_not_of('0') == std::string::npos;
    if (raw[0] == '-' && !is_negative && !is_zero) return false;
    if (raw[0] != '-' && is_negative) return false;
    const std::size_t both = std::min(begun.size(), digits.size());
    return begun.compare(0, both, digits, 0, both) == 0 && begun.find_first_not_of('0', both) == std::string::npos;
  }

  /// The digits of a number without its point, its exponent and the zeros before them.
  static std::string digits_of(std::string_view number) {
    std::string out;
    for (const char c : number.substr(0, number.find_first_of("eE")))
      if (c >= '0' && c <= '9' && (c != '0' || !out.empty())) out += c;
    return out;
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
};

}  // namespace tamis::guided
