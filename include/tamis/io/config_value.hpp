#pragma once

/// \file config_value.hpp
/// One parameter's value, from JSON and to JSON.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "../core/types.hpp"
#include "generation_config.hpp"
#include "json_text.hpp"
#include "value_range.hpp"

namespace tamis::detail {

/// Reads a JSON value into a member of a configuration; says what is wrong if it cannot. A range is
/// looked at where a number does not fit its type; for the rest there is ValueFault.
struct ConfigValue {
  using Fault = std::optional<std::string>;
  using Json = nlohmann::json;

  std::string name;
  const Json& json;
  ValueRange range;

  Fault operator()(double& to) const {
    if (!json.is_number()) return wrong("a number" + in_range());
    to = json.get<double>();
    return {};
  }

  Fault operator()(int& to) const {
    const auto whole = whole_number(json);
    if (whole && *whole == static_cast<int>(*whole)) {
      to = static_cast<int>(*whole);
      return {};
    }
    const double value = json.is_number() ? json.get<double>() : 0.5;
    if (std::isfinite(value) && value != std::floor(value))
      return wrong("a whole number" + in_range());
    ValueRange of_int = range;
    if (std::isfinite(value)) {
      of_int.least = std::max<double>(range.least, std::numeric_limits<int>::min());
      of_int.greatest = std::min<double>(range.greatest, std::numeric_limits<int>::max());
    }
    return refusal_of(name, value, of_int);
  }

  Fault operator()(std::uint64_t& to) const {
    const bool is_whole =
        json.is_number_unsigned() || (json.is_number_integer() && json.get<std::int64_t>() >= 0);
    if (!is_whole) return wrong("a whole number from 0 to 18446744073709551615");
    to = json.get<std::uint64_t>();
    return {};
  }

  Fault operator()(bool& to) const {
    if (!json.is_boolean()) return wrong("true or false");
    to = json.get<bool>();
    return {};
  }

  Fault operator()(std::string& to) const {
    if (!json.is_string()) return wrong("a text");
    to = json.get<std::string>();
    return {};
  }

  template <class E>
  requires std::is_enum_v<E> Fault operator()(E& to) const {
    const std::string value = json.is_string() ? json.get<std::string>() : quoted(json);
    std::string names;
    for (std::size_t i = 0; const std::string_view known : names_of(E())) {
      if (value == known) {
        to = static_cast<E>(i);
        return {};
      }
      names += (i++ == 0 ? "" : ", ") + std::string(known);
    }
    return wrong("one of " + names);
  }

  template <class T>
  Fault operator()(std::optional<T>& to) const {
    T value{};
    if (const Fault fault = (*this)(value)) return fault;
    to = std::move(value);
    return {};
  }

  /// One value, or a list of them.
  template <class T>
  Fault operator()(std::vector<T>& to) const {
    constexpr const char* expected = std::is_same_v<T, std::string>
                                         ? "a text or a list of texts"
                                         : "a token id from 0 to 2147483647, or a list of them";
    to.clear();
    if (!json.is_array()) {
      to.emplace_back();
      return ConfigValue{name, json, range}(to.back()) ? wrong(expected) : Fault();
    }
    for (const Json& element : json) {
      to.emplace_back();
      if (ConfigValue{name, element, range}(to.back())) return wrong(expected);
    }
    return {};
  }

  Fault operator()(std::vector<std::vector<TokenId>>& to) const {
    to.clear();
    const std::string expected =
        "a list of lists of token ids from 0 to 2147483647, as in [[5], [7, 9]]";
    if (!json.is_array()) return wrong(expected);
    for (const Json& sequence : json) {
      to.emplace_back();
      if (!sequence.is_array() || ConfigValue{name, sequence, range}(to.back())) {
        return wrong(expected);
      }
    }
    return {};
  }

  /// {"50": -100}, as OpenAI has it, or [[50, -100]], as llama.cpp does.
  Fault operator()(std::vector<TokenBias>& to) const {
    const std::string expected =
        R"(token ids from 0 to 2147483647 with what is added to them, as in {"50": -100} or [[50, -100]])";
    to.clear();
    if (!json.is_array() && !json.is_object()) return wrong(expected);
    for (auto entry = json.begin(); entry != json.end(); ++entry) {
      const bool pair = json.is_array() && entry->is_array() && entry->size() == 2;
      if (json.is_array() && !pair) return wrong(expected);
      const Json token = pair ? (*entry)[0] : Json(token_of(entry.key()));
      const Json& bias = pair ? (*entry)[1] : *entry;
      to.emplace_back();
      if (ConfigValue{name, token, range}(to.back().token)) return wrong(expected);
      if (read_bias(bias, to.back().bias)) return wrong(expected);
    }
    return {};
  }

  Fault operator()(std::vector<SequenceBias>& to) const {
    const std::string expected = "a list of [[token ids from 0 to 2147483647], bias], as in [[[5, 7], -2.5]]";
    to.clear();
    if (!json.is_array()) return wrong(expected);
    for (const Json& entry : json) {
      if (!entry.is_array() || entry.size() != 2 || !entry[0].is_array()) return wrong(expected);
      to.emplace_back();
      if (ConfigValue{name, entry[0], range}(to.back().tokens)) return wrong(expected);
      if (read_bias(entry[1], to.back().bias)) return wrong(expected);
    }
    return {};
  }

  Fault operator()(LengthDecay& to) const {
    const std::string expected = "[start, factor], a whole number and a number, as in [20, 1.05]";
    if (!json.is_array() || json.size() != 2) return wrong(expected);
    if (ConfigValue{name, json[0], range}(to.start)) return wrong(expected);
    return ConfigValue{name, json[1], range}(to.factor) ? wrong(expected) : Fault();
  }

 private:
  /// A bias is a number, or false for a ban, as in llama.cpp.
  Fault read_bias(const Json& bias, double& to) const {
    if (bias != false) return ConfigValue{name, bias, range}(to);
    to = -std::numeric_limits<double>::infinity();
    return {};
  }

  std::string wrong(const std::string& expected) const {
    return name + " is " + quoted(json) + "; it must be " + expected;
  }
  std::string in_range() const {
    return range.is_bounded() ? ", " + words_of(range) : "";
  }

  /// The whole number that a JSON number is, be it written 50 or 50.0.
  static std::optional<std::int64_t> whole_number(const Json& number) {
    constexpr double limit =
        9007199254740992;  // 2^53: beyond, a double does not say which number it is
    if (number.is_number_unsigned() && number.get<std::uint64_t>() > std::uint64_t{1} << 62) {
      return std::int64_t{1} << 62;
    }
    if (number.is_number_integer()) return number.get<std::int64_t>();
    if (!number.is_number_float()) return {};
    const double value = number.get<double>();
    if (!(std::fabs(value) <= limit) || value != std::floor(value)) return {};
    return static_cast<std::int64_t>(value);
  }

  /// The token id that a key of an object is; null if it is none.
  static Json token_of(const std::string& key) {
    TokenId token = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), token);
    if (error != std::errc() || end != key.data() + key.size()) return nullptr;
    return token;
  }
};

/// Writes a member as JSON; null for an optional that is empty.
struct JsonOf {
  using Json = nlohmann::ordered_json;

  template <class T>
  Json operator()(const T& value) const {
    if constexpr (std::is_enum_v<T>)
      return std::string(names_of(T())[static_cast<std::size_t>(value)]);
    else
      return value;
  }
  Json operator()(EarlyStopping value) const {
    return value == EarlyStopping::never ? Json("never") : Json(value == EarlyStopping::yes);
  }
  template <class T>
  Json operator()(const std::optional<T>& value) const {
    return value ? (*this)(*value) : Json();
  }
  Json operator()(const LengthDecay& decay) const {
    return Json::array({decay.start, decay.factor});
  }
  Json operator()(const std::vector<TokenBias>& biases) const {
    Json object = Json::object();
    for (const TokenBias& bias : biases) object[std::to_string(bias.token)] = bias_of(bias.bias);
    return object;
  }
  Json operator()(const std::vector<SequenceBias>& biases) const {
    Json list = Json::array();
    for (const SequenceBias& bias : biases)
      list.push_back(Json::array({bias.tokens, bias_of(bias.bias)}));
    return list;
  }

 private:
  static Json bias_of(double bias) { return std::isinf(bias) ? Json(false) : Json(bias); }
};

}  // namespace tamis::detail
