#include "parameter_options.hpp"

#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <tamis/io/config_keys.hpp>
#include <tamis/io/config_reader.hpp>
#include <tamis/io/config_value.hpp>
#include <tamis/io/generation_config_json.hpp>
#include <tamis/io/json_text.hpp>
#include <tamis/io/validate.hpp>
#include <tamis/presets/presets.hpp>
#include <type_traits>

#include "command.hpp"

namespace command {

namespace {

using nlohmann::json;
using tamis::GenerationField;

std::string dashed(std::string_view name) {
  std::string option(name);
  for (char& c : option) c = c == '_' ? '-' : c;
  return "--" + option;
}

const char* heading(tamis::FieldGroup group) {
  switch (group) {
    case tamis::FieldGroup::length:
      return "Length, and when to stop";
    case tamis::FieldGroup::choice:
      return "How to choose";
    case tamis::FieldGroup::distribution:
      return "The shape of the distribution";
    case tamis::FieldGroup::repetition:
      return "Against repetition";
    case tamis::FieldGroup::tokens:
      return "Single tokens and sequences";
    case tamis::FieldGroup::output:
      return "What comes back";
  }
  return "";
}

template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;

/// What stands for the value in --help; empty for what is switched on and off.
struct TypeName {
  template <class T>
  std::string operator()(const T&) const {
    if constexpr (is_optional<T>)
      return (*this)(typename T::value_type());
    else if constexpr (std::is_same_v<T, bool>)
      return "";
    else if constexpr (std::is_same_v<T, double>)
      return "X";
    else if constexpr (std::is_integral_v<T>)
      return "N";
    else if constexpr (std::is_enum_v<T>)
      return "NAME";
    else if constexpr (std::is_same_v<T, std::string>)
      return "TEXT";
    else if constexpr (std::is_same_v<T, std::vector<std::string>>)
      return "TEXT";
    else if constexpr (std::is_same_v<T, std::vector<tamis::TokenId>>)
      return "ID,...";
    else
      return "JSON";
  }
};

/// The number that a text is; the text itself, if it is none, for the reader to refuse.
json number_of(const std::string& text) {
  const char* begin = text.data();
  const char* end = begin + text.size();
  std::int64_t whole = 0;
  if (const auto read = std::from_chars(begin, end, whole);
      read.ec == std::errc() && read.ptr == end)
    return whole;
  std::uint64_t large = 0;
  if (const auto read = std::from_chars(begin, end, large);
      read.ec == std::errc() && read.ptr == end)
    return large;
  double number = 0;
  if (const auto read = std::from_chars(begin, end, number);
      read.ec == std::errc() && read.ptr == end)
    return number;
  return text;
}

/// What was given to an option, as the JSON that would say the same.
struct JsonOfTexts {
  const std::vector<std::string>& texts;

  template <class T>
  json operator()(const T&) const {
    if constexpr (is_optional<T>)
      return (*this)(typename T::value_type());
    else if constexpr (std::is_same_v<T, bool>)
      return texts.back() == "true"    ? json(true)
             : texts.back() == "false" ? json(false)
                                       : json(texts.back());
    else if constexpr (std::is_arithmetic_v<T>)
      return number_of(texts.back());
    else if constexpr (std::is_enum_v<T> || std::is_same_v<T, std::string>)
      return texts.back();
    else if constexpr (std::is_same_v<T, std::vector<std::string>>)
      return texts;
    else if constexpr (std::is_same_v<T, std::vector<tamis::TokenId>>)
      return ids();
    else
      return structure();
  }

 private:
  json ids() const {
    json list = json::array();
    for (const std::string& text : texts) {
      for (std::size_t at = 0, comma = 0; comma != std::string::npos; at = comma + 1) {
        comma = text.find(',', at);
        list.push_back(number_of(text.substr(at, comma - at)));
      }
    }
    return list;
  }
  json structure() const {
    const auto value = tamis::parse_json(texts.back(), "the value", "JSON");
    return value ? *value : json(texts.back());
  }
};

/// The value that a parameter has when nothing is said, for --help; empty if there is none.
std::string default_of(const GenerationField& field, const tamis::GenerationConfig& otherwise) {
  const json value = tamis::visit_member(field, otherwise, tamis::detail::JsonOf());
  const bool is_flag = value.is_boolean() && value == false;
  if (value.is_null() || is_flag || (value.is_structured() && value.empty()) || value == "")
    return "";
  return tamis::detail::quoted(value);
}

std::string description_of(const GenerationField& field, const tamis::GenerationConfig& otherwise) {
  std::string text(field.help);
  const bool bounded = !tamis::words_of(field.range).starts_with("a finite");
  if (bounded) text += "; " + tamis::words_of(field.range);
  if (const std::string value = default_of(field, otherwise); !value.empty())
    text += " [" + value + "]";
  return text;
}

}  // namespace

void ParameterOptions::add(CLI::App& app, const tamis::GenerationConfig& otherwise,
                           bool (*has)(const GenerationField&)) {
  otherwise_ = otherwise;
  app.add_option("--preset", presets_,
                 "a named configuration, see 'tamis presets'; may be given several times")
      ->type_name("NAME")
      ->allow_extra_args(false);
  app.add_option("--config", file_,
                 "JSON with the keys of a generation_config.json; - is standard input")
      ->type_name("FILE");
  static const tamis::GenerationConfig defaults;
  for (const GenerationField& field : tamis::generation_fields) {
    if (has && !has(field)) continue;
    Given& given = given_.emplace_back(Given{&field, nullptr, {}});
    const std::string type = tamis::visit_member(field, defaults, TypeName());
    std::string names = dashed(field.name);
    for (const tamis::Spelling& spelling : tamis::own_dialect.spellings) {
      if (spelling.ours == field.name) names += "," + dashed(spelling.theirs);
    }
    if (type.empty()) {
      names += ",!--no" + dashed(field.name).substr(1);
      if (field.name == "use_cache") names += ",!--no-kv-cache";
      given.option = app.add_flag(names, given.texts, description_of(field, otherwise_));
    } else {
      const bool is_list = type == "TEXT" || type == "ID,...";
      given.option = app.add_option(names, given.texts, description_of(field, otherwise_))
                         ->type_name(type)
                         ->allow_extra_args(false);
      if (!is_list || field.name == "negative_prompt") given.option->expected(1);
    }
    given.option->group(heading(field.group));
  }
}

std::string ParameterOptions::first_given() const {
  if (!presets_.empty()) return "--preset";
  if (!file_.empty()) return "--config";
  for (const Given& given : given_) {
    if (given.option->count() > 0) return dashed(given.field->name);
  }
  return "";
}

tamis::Result<tamis::GenerationConfig> ParameterOptions::config() const {
  tamis::GenerationConfig config = otherwise_;
  for (const std::string& name : presets_) {
    auto with_preset = tamis::preset(name, config);
    if (!with_preset) return with_preset;
    config = *with_preset;
  }
  if (!file_.empty()) {
    const auto text = read_text(file_);
    if (!text) return text.error();
    const auto object = tamis::parse_json_object(*text, tamis::own_dialect.object);
    if (!object) return object.error();
    auto with_file = tamis::read_config(*object, tamis::own_dialect, config);
    if (!with_file) return with_file;
    config = *with_file;
  }
  json options = json::object();
  for (const Given& given : given_) {
    if (given.option->count() == 0) continue;
    options[std::string(given.field->name)] =
        tamis::visit_member(*given.field, config, JsonOfTexts{given.texts});
  }
  auto with_options = tamis::read_config(options, tamis::own_dialect, config);
  if (!with_options) return with_options;
  if (const auto valid = tamis::validate(*with_options); !valid) return valid.error();
  return with_options;
}

}  // namespace command
