#pragma once

/// \file config_reader.hpp
/// Reads a JSON object whose keys are those of a dialect.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "config_dialect.hpp"
#include "config_value.hpp"
#include "generation_config.hpp"
#include "generation_fields.hpp"
#include "json_text.hpp"
#include "nearest_name.hpp"
#include "validate.hpp"

namespace tamis {

namespace detail {

/// What the keys of one JSON object do to a configuration.
class ConfigReader {
 public:
  ConfigReader(const Dialect& dialect, GenerationConfig base)
      : dialect_(dialect), config_(std::move(base)) {}

  Result<GenerationConfig> read(const nlohmann::json& object) {
    for (auto entry = object.begin(); entry != object.end(); ++entry) {
      if (entry->is_null()) continue;  // as if it were not there
      if (const auto fault = read(entry.key(), *entry)) return Error{*fault};
    }
    displace();
    return std::move(config_);
  }

 private:
  using Fault = std::optional<std::string>;

  Fault read(const std::string& key, const nlohmann::json& value) {
    const GenerationField* field = dialect_.field_of(key);
    if (!field) return without_field(key, value);
    for (const auto& [other, known_as] : set_) {
      if (other == field)
        return known_as + " and " + key + " are the same parameter; give one of them";
    }
    set_.emplace_back(field, key);
    // HF, vLLM and llama.cpp write -1 for a token, a seed or a window that there is not.
    const bool may_be_none = field->name.ends_with("_token_id") || field->name.ends_with("_last_n");
    // nlohmann/json finds -1 equal to 2^64 - 1, which is a seed.
    const bool minus_one = value == -1 && !value.is_number_unsigned();
    if (minus_one && (may_be_none || field->name == "seed")) {
      visit_member(*field, config_, [](auto& member) { member = {}; });
      return {};
    }
    if (field->name == "allowed_token_ids" && value.is_array() && value.empty()) {
      return key + " is []; it must name a token, or be left out";
    }
    const ValueRange range = range_of(*field, key);
    if (const Fault fault = visit_member(*field, config_, ConfigValue{key, value, range}))
      return fault;
    return visit_member(*field, config_, ValueFault{key, range});
  }

  /// What the dialect allows where it says so, else what we do; `validate` has the last word.
  ValueRange range_of(const GenerationField& field, const std::string& key) const {
    const Spelling* spelling = dialect_.spelling_of(key);
    if (!spelling || !spelling->range.is_bounded()) return field.range;
    ValueRange range = spelling->range;
    range.remark = field.range.remark;
    return range;
  }

  Fault without_field(const std::string& key, const nlohmann::json& value) const {
    for (const std::string_view known : dialect_.ignored) {
      if (known == key) return {};
    }
    for (const Unsupported& known : dialect_.unsupported) {
      if (known.key != key) continue;
      if (value == nlohmann::json::parse(known.neutral, nullptr, false)) return {};
      return key + " is " + quoted(value) + ", which is not supported; " +
             std::string(known.remedy);
    }
    if (!dialect_.our_names && field_named(key)) {
      return "'" + key + "' is not a key of " + std::string(dialect_.object) +
             "; it belongs in a configuration of this library";
    }
    return "unknown key '" + key + "' in " + std::string(dialect_.object) +
           did_you_mean(key, dialect_.keys());
  }

  bool sets(std::string_view name) const {
    for (const auto& [field, key] : set_) {
      if (field->name == name) return true;
    }
    return false;
  }

  /// Lets go of what came from below and says the same thing in another way.
  void displace() {
    if (sets("max_length") && !sets("max_new_tokens")) config_.max_new_tokens.reset();
    if (sets("max_new_tokens") && !sets("max_length")) config_.max_length.reset();
    if (sets("strategy")) {
      if (!sets("do_sample")) config_.do_sample.reset();
      if (!sets("num_beams")) config_.num_beams = 1;
    } else if (sets("do_sample") || sets("num_beams")) {
      config_.strategy.reset();
    }
  }

  const Dialect& dialect_;
  GenerationConfig config_;
  std::vector<std::pair<const GenerationField*, std::string>> set_;
};

}  // namespace detail

/// `base` with what the keys of a JSON object say, each value within its range; a key that is null
/// is as if it were not there. Whether the values agree with each other is for `validate` to say,
/// when the last layer is laid.
inline Result<GenerationConfig> read_config(const nlohmann::json& object, const Dialect& dialect,
                                            GenerationConfig base) {
  return detail::ConfigReader(dialect, std::move(base)).read(object);
}

/// The configuration that a text of JSON holds, on top of `base`, and validated.
inline Result<GenerationConfig> config_from_json(std::string_view text, const Dialect& dialect,
                                                 GenerationConfig base) {
  const auto object = parse_json_object(text, dialect.object);
  if (!object) return object.error();
  auto config = read_config(*object, dialect, std::move(base));
  if (!config) return config;
  if (const auto valid = validate(*config); !valid) return valid.error();
  return config;
}

}  // namespace tamis
