#pragma once

/// \file generation_config_json.hpp
/// Configurations from JSON and to JSON.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "../core/result.hpp"
#include "config_keys.hpp"
#include "config_reader.hpp"
#include "config_value.hpp"
#include "generation_config.hpp"
#include "generation_fields.hpp"

namespace tamis {

/// The configuration that a text of JSON holds, on top of `base`, and validated.
///
/// Keys are the names of generation_fields, and the names that vLLM, SGLang and the APIs have for
/// the same things; null is as if the key were not there. What HF keeps in the same file is
/// ignored. A key that is not known at all is refused, with the known one that is nearest.
inline Result<GenerationConfig> generation_config_from_json(std::string_view text,
                                                            GenerationConfig base = {}) {
  return config_from_json(text, own_dialect, std::move(base));
}

/// The configuration as JSON: what differs from the defaults, and the defaults that are not
/// neutral, so that the text says what will happen. Read back it gives the same configuration.
inline std::string to_json(const GenerationConfig& config) {
  static const GenerationConfig defaults;
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const GenerationField& field : generation_fields) {
    const auto same = [&](auto member) { return config.*member == defaults.*member; };
    if (std::visit(same, field.member) && is_neutral(field, config)) continue;
    object[std::string(field.name)] = visit_member(field, config, detail::JsonOf());
  }
  return object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace tamis
