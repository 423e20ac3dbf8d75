#pragma once

/// \file anthropic.hpp
/// The sampling parameters of Anthropic's Messages requests, both ways, with Anthropic's ranges.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "../core/result.hpp"
#include "config_dialect.hpp"
#include "config_reader.hpp"
#include "config_writer.hpp"
#include "generation_config.hpp"
#include "generation_fields.hpp"
#include "json_text.hpp"
#include "validate.hpp"

namespace tamis {

/// Whether the model at the other end takes temperature, top_p and top_k: models of 2026 answer
/// them with an error.
enum class AnthropicModel { with_sampling, without_sampling };

namespace detail {

inline constexpr Spelling anthropic_keys[] = {
    {"max_tokens", "max_new_tokens"},
    {"stop_sequences", "stop_strings"},
    {"temperature", "temperature", from_to(0, 1)},
    {"top_p", "top_p", from_to(0, 1)},
    {"top_k"},
};
inline constexpr Spelling anthropic_keys_without_sampling[] = {
    {"max_tokens", "max_new_tokens"},
    {"stop_sequences", "stop_strings"},
};

/// What a request says besides: to whom, about what, and how the answer travels.
inline constexpr std::string_view anthropic_ignored[] = {
    "betas",    "cache_control", "container", "context_management", "inference_geo", "mcp_servers",
    "messages", "metadata",      "model",     "service_tier",       "stream",        "system",
    "thinking", "tool_choice",   "tools",
};

inline constexpr Unsupported anthropic_unsupported[] = {
    {"output_config", "{}", "constrain the text by a schema of this library"},
};

inline constexpr Dialect anthropic_dialect = {"a Messages request to Anthropic", anthropic_keys,
                                              false, anthropic_ignored, anthropic_unsupported};
inline constexpr Dialect anthropic_dialect_without_sampling = {
    "a Messages request to an Anthropic model without sampling parameters",
    anthropic_keys_without_sampling, false, anthropic_ignored, anthropic_unsupported};

}  // namespace detail

/// The configuration that a Messages request asks for.
inline Result<GenerationConfig> from_anthropic(std::string_view text) {
  auto object = parse_json_object(text, "the Messages request");
  if (!object) return object.error();
  if (!object->contains("max_tokens")) {
    return Error{
        "max_tokens is missing; a Messages request to Anthropic must say how many tokens to "
        "generate at most"};
  }
  GenerationConfig base = neutral_config();
  if (const auto top_p = object->find("top_p"); top_p != object->end() && *top_p == 0) {
    object->erase(top_p);
    base.do_sample = false;
  }
  auto config = read_config(*object, detail::anthropic_dialect, std::move(base));
  if (!config) return config;
  if (const auto valid = validate(*config); !valid) return valid.error();
  return config;
}

/// The sampling parameters of a Messages request for this configuration. An error if Anthropic has
/// no parameter for something that changes the text, or does not allow its value.
inline Result<std::string> to_anthropic(const GenerationConfig& config,
                                        AnthropicModel model = AnthropicModel::with_sampling) {
  if (const auto valid = validate(config); !valid) return valid.error();
  if (const auto usual = detail::follows_the_usual_rules(config, "Anthropic"); !usual)
    return usual.error();
  GenerationConfig plain = resolved(config);
  if (!*plain.do_sample && plain.num_beams == 1) {
    if (model == AnthropicModel::without_sampling) {
      return Error{
          "the configuration is greedy, but this model takes no temperature; let it sample with 1"};
    }
    plain.temperature = 0;
    plain.top_p = 1;
    plain.top_k = 0;
  }
  if (!plain.max_new_tokens) plain.max_new_tokens = default_max_new_tokens;
  const bool sampling = model == AnthropicModel::with_sampling;
  const auto object = write_config(
      plain, sampling ? detail::anthropic_dialect : detail::anthropic_dialect_without_sampling,
      neutral_config());
  if (!object) return object.error();
  return object->dump(2);
}

}  // namespace tamis
