#pragma once

/// \file json_text.hpp
/// JSON from people: what is wrong with it is said with line and column.

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "../core/result.hpp"
#include "value_range.hpp"

namespace tamis {

namespace detail {

/// Reads JSON without keeping it, to find what is wrong.
struct JsonFault {
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  static constexpr std::size_t deepest = 64;
  static constexpr std::size_t longest = 160;  ///< of a fault, which may quote the text

  std::string fault = {};
  std::size_t position = 0;  ///< where it was noticed, in bytes; 0 if only the whole is to blame
  std::vector<std::unordered_set<std::string>> keys = {};  ///< of each open object or list

  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(number_integer_t) { return true; }
  bool number_unsigned(number_unsigned_t) { return true; }
  bool number_float(number_float_t, const string_t&) { return true; }
  bool string(string_t&) { return true; }
  bool binary(binary_t&) { return true; }
  bool start_object(std::size_t) { return open(); }
  bool start_array(std::size_t) { return open(); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(string_t& name) {
    if (keys.back().insert(name).second) return true;
    fault = "the key '" + name + "' is there twice";
    return false;
  }

  bool parse_error(std::size_t at, const std::string&, const nlohmann::json::exception& error) {
    position = at;
    fault = error.what();
    // "[json.exception.parse_error.101] parse error at line 1, column 9: syntax error while parsing
    // value - unexpected ..."; the name of the exception and the place are for us to say.
    for (const std::string_view before : {"] ", " - "}) {
      const std::size_t end = fault.find(before);
      if (end != std::string::npos) fault.erase(0, end + before.size());
    }
    if (fault.size() > longest) fault.replace(longest, std::string::npos, "...");
    return false;
  }

 private:
  bool open() {
    keys.emplace_back();
    if (keys.size() <= deepest) return true;
    fault = "more than " + std::to_string(deepest) + " objects and lists are nested in each other";
    return false;
  }
  bool close() {
    keys.pop_back();
    return true;
  }
};

/// "line 2, column 7" of the byte `position`, counted from one.
inline std::string line_and_column(std::string_view text, std::size_t position) {
  const std::string_view before =
      text.substr(0, position == 0 ? 0 : std::min(position - 1, text.size()));
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
  return "line " + std::to_string(lines + 1) + ", column " +
         std::to_string(before.size() - start + 1);
}

/// A value of JSON for a sentence, shortened.
inline std::string quoted(const nlohmann::json& value) {
  constexpr std::size_t longest = 40;
  if (value.is_number_float())
    return number_text(value.get<double>());  // dump() writes NaN as null
  std::string text = value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  if (text.size() > longest) text.replace(longest, std::string::npos, "...");
  return text;
}

}  // namespace detail

/// The value that `text` holds. `what` names the text in an error: "the pipeline"; `such_as` says
/// what it must be.
inline Result<nlohmann::json> parse_json(std::string_view text, std::string_view what,
                                         std::string_view such_as) {
  const std::string name(what);
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return Error{name + " is empty; it must be " + std::string(such_as)};
  detail::JsonFault fault;
  if (!nlohmann::json::sax_parse(text, &fault)) {
    const std::string place =
        fault.position == 0 ? "" : " at " + detail::line_and_column(text, fault.position);
    return Error{name + " is not proper JSON" + place + ": " + fault.fault};
  }
  return nlohmann::json::parse(text, nullptr, false);
}

/// The object that `text` holds. `what` names the text in an error: "the configuration".
inline Result<nlohmann::json> parse_json_object(std::string_view text, std::string_view what) {
  constexpr std::string_view such_as = R"(a JSON object, as in {"temperature": 0.8})";
  auto value = parse_json(text, what, such_as);
  if (value && !value->is_object()) {
    return Error{std::string(what) + " is " + detail::quoted(*value) + "; it must be " +
                 std::string(such_as)};
  }
  return value;
}

}  // namespace tamis
