#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "text_reader.hpp"

namespace tamis::guided {

/// A value of JSON as it was written: members in their order, numbers digit by digit.
struct JsonValue {
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  bool truth = false;                  ///< of a boolean
  std::string text = {};               ///< of a string, in UTF-8; of a number, as it stood
  std::vector<JsonValue> items = {};   ///< of an array; of an object the values of its members
  std::vector<std::string> keys = {};  ///< of an object

  bool is(Kind other) const { return kind == other; }

  /// The value of a member; null if there is none.
  const JsonValue* find(std::string_view key) const {
    for (std::size_t i = 0; i < keys.size(); ++i)
      if (keys[i] == key) return &items[i];
    return nullptr;
  }
};

/// Reads JSON, RFC 8259. A key that is there twice is an error, and so is what is nested too deeply.
class JsonReader {
 public:
  static constexpr int deepest = 200;

  /// \param what  names the text in an error: "the schema"
  static Result<JsonValue> read(std::string_view text, std::string_view what) {
    JsonReader reader(text);
    JsonValue value;
    reader.skip();
    if (reader.value(value, 0)) {
      reader.skip();
      if (reader.r_.at_end()) return value;
      reader.fail("something follows the value");
    }
    const std::string_view before = text.substr(0, reader.fault_at_);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
    return Error{std::string(what) + " is not proper JSON at line " + std::to_string(line) + ", column " +
                 std::to_string(column) + ": " + reader.fault_};
  }

 private:
  using Kind = JsonValue::Kind;

  explicit JsonReader(std::string_view text) : r_(text) {}

  bool fail(std::string what) {
    if (fault_.empty()) {
      fault_ = std::move(what);
      fault_at_ = r_.position();
    }
    return false;
  }

  void skip() {
    while (r_.take(' ') || r_.take('\t') || r_.take('\n') || r_.take('\r')) {
    }
  }

  bool value(JsonValue& out, int depth) {
    if (depth > deepest)
      return fail("more than " + std::to_string(deepest) + " objects and lists are nested in each other");
    if (r_.at_end()) return fail("the text ends where a value is expected");
    if (r_.take("null")) return true;
    if (r_.is_at("true") || r_.is_at("false")) {
      out.kind = Kind::boolean;
      out.truth = r_.take("true") || !r_.take("false");
      return true;
    }
    if (r_.take('"')) {
      out.kind = Kind::string;
      return string(out.text);
    }
    if (r_.take('[')) {
      out.kind = Kind::array;
      return list(']', [&] { return value(out.items.emplace_back(), depth + 1); });
    }
    if (r_.take('{')) {
      out.kind = Kind::object;
      return list('}', [&] {
        std::string key;
        if (!r_.take('"')) return fail("a key in quotes is expected");
        if (!string(key)) return false;
        if (std::find(out.keys.begin(), out.keys.end(), key) != out.keys.end())
          return fail("the key '" + key + "' is there twice");
        skip();
        if (!r_.take(':')) return fail("':' is expected");
        skip();
        out.keys.push_back(std::move(key));
        return value(out.items.emplace_back(), depth + 1);
      });
    }
    out.kind = Kind::number;
    return number(out.text);
  }

  template <class Item>
  bool list(char close, const Item& item) {
    skip();
    if (r_.take(close)) return true;
    for (;;) {
      skip();
      if (!item()) return false;
      skip();
      if (r_.take(close)) return true;
      if (!r_.take(',')) return fail(std::string("',' or '") + close + "' is expected");
    }
  }

  bool number(std::string& text) {
    const std::size_t begin = r_.position();
    const auto digits = [&] {
      const std::size_t before = r_.position();
      while (r_.is_digit()) r_.next();
      return r_.position() > before;
    };
    r_.take('-');
    if (!r_.take('0') && !digits()) return fail("a value is expected");
    if (r_.take('.') && !digits()) return fail("digits are expected after the point");
    if (r_.take('e') || r_.take('E')) {
      if (!r_.take('+')) r_.take('-');
      if (!digits()) return fail("digits are expected in the exponent");
    }
    text = r_.text().substr(begin, r_.position() - begin);
    return true;
  }

  bool string(std::string& text) {
    for (;;) {
      if (r_.at_end()) return fail("a string has no end");
      if (r_.take('"')) return true;
      if (r_.take('\\')) {
        if (!escape(text)) return false;
        continue;
      }
      const char32_t c = r_.next();
      if (c == TextReader::invalid) return fail("the bytes are not UTF-8");
      if (c < 0x20) return fail("a control character stands in a string; write it with a backslash");
      append_utf8(text, c);
    }
  }

  bool escape(std::string& text) {
    constexpr std::pair<char, char> known[] = {{'"', '"'},  {'\\', '\\'}, {'/', '/'},  {'b', '\b'},
                                               {'f', '\f'}, {'n', '\n'},  {'r', '\r'}, {'t', '\t'}};
    for (const auto& [name, meaning] : known)
      if (r_.take(name)) return text.push_back(meaning), true;
    char32_t c = 0;
    if (!r_.take('u') || !code(c)) return fail("the escape in a string is not known");
    if (c >= 0xd800 && c < 0xdc00) {
      char32_t low = 0;
      if (!r_.take("\\u") || !code(low) || low < 0xdc00 || low > 0xdfff) return fail("a surrogate stands alone");
      c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    } else if (c >= 0xdc00 && c <= 0xdfff) {
      return fail("a surrogate stands alone");
    }
    append_utf8(text, c);
    return true;
  }

  bool code(char32_t& c) {
    c = 0;
    for (int i = 0; i < 4; ++i) {
      const int digit = r_.hexadecimal_digit();
      if (digit < 0) return false;
      c = c * 16 + static_cast<char32_t>(digit);
      r_.next();
    }
    return true;
  }

  TextReader r_;
  std::string fault_;
  std::size_t fault_at_ = 0;
};

}  // namespace tamis::guided
