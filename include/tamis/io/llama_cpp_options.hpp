#pragma once

/// \file llama_cpp_options.hpp
/// The sampling options of llama.cpp, under the names of its server's JSON and of its command line,
/// both ways.

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "../core/result.hpp"
#include "config_dialect.hpp"
#include "config_reader.hpp"
#include "config_writer.hpp"
#include "generation_config.hpp"
#include "generation_fields.hpp"
#include "json_text.hpp"
#include "validate.hpp"

namespace tamis {

namespace detail {

/// The server's names, then those that the command line has otherwise.
inline constexpr Spelling llama_cpp_keys[] = {
    {"n_predict", "max_new_tokens"},
    {"seed"},
    {"stop", "stop_strings"},
    {"ignore_eos"},
    {"logit_bias"},
    {"n_probs", "logprobs"},
    {"temperature"},
    {"dynatemp_range"},
    {"dynatemp_exponent"},
    {"top_k"},
    {"top_p"},
    {"min_p"},
    {"typical_p"},
    {"top_n_sigma"},
    {"xtc_probability"},
    {"xtc_threshold"},
    {"repeat_penalty", "repetition_penalty"},
    {"repeat_last_n"},
    {"frequency_penalty"},
    {"presence_penalty"},
    {"dry_multiplier"},
    {"dry_base"},
    {"dry_allowed_length"},
    {"dry_penalty_last_n"},
    {"dry_sequence_breakers"},
    {"mirostat"},
    {"mirostat_tau"},
    {"mirostat_eta"},
    {"adaptive_target"},
    {"adaptive_decay"},
    {"predict", "max_new_tokens"},
    {"temp", "temperature"},
    {"dynatemp_exp", "dynatemp_exponent"},
    {"typical", "typical_p"},
    {"mirostat_ent", "mirostat_tau"},
    {"mirostat_lr", "mirostat_eta"},
    {"dry_sequence_breaker", "dry_sequence_breakers"},
};

/// What a request says besides, and what changes the speed only.
inline constexpr std::string_view llama_cpp_ignored[] = {
    "cache_prompt", "id_slot",           "n_cache_reuse",
    "n_discard",    "n_indent",          "n_keep",
    "prompt",       "response_fields",   "return_tokens",
    "stream",       "timings_per_token", "post_sampling_probs",
};

inline constexpr Unsupported llama_cpp_unsupported[] = {
    {"samplers",
     R"(["penalties", "dry", "top_n_sigma", "top_k", "typ_p", "top_p", "min_p", "xtc", "temperature"])",
     "the order is llama.cpp's own; compose another one in C++"},
    {"min_keep", "0", "leave it out"},
    {"grammar", R"("")", "constrain the text by a grammar of this library"},
    {"json_schema", "{}", "constrain the text by a schema of this library"},
    {"lora", "[]", "leave it out"},
};

inline constexpr Dialect llama_cpp_dialect = {"llama.cpp's list of options", llama_cpp_keys, false,
                                              llama_cpp_ignored, llama_cpp_unsupported};

/// llama.cpp switches things off by values beyond their range; here each has one neutral value.
inline void neutralize(nlohmann::json& object) {
  const auto number = [&](const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_number() ? found->get<double>() : 0.5;
  };
  for (const char* key : {"temperature", "temp", "top_k", "min_p", "top_n_sigma", "xtc_probability",
                          "dynatemp_range"}) {
    if (number(key) < 0) object[key] = 0;
  }
  for (const char* key : {"top_p", "typical_p", "typical"}) {
    if (number(key) > 1) object[key] = 1;
  }
  for (const char* key : {"n_predict", "predict", "adaptive_target"}) {
    if (number(key) < 0) object.erase(key);
  }
  if (number("seed") == 4294967295.0) object["seed"] = -1;
  if (number("xtc_threshold") > 0.5)
    object["xtc_probability"] = 0;  // two tokens cannot both be likelier
}

}  // namespace detail

/// What llama.cpp does when nothing is asked for.
inline GenerationConfig llama_cpp_defaults() {
  GenerationConfig config = neutral_config();
  config.order = PolicyOrder::llama_cpp;
  config.penalty_scope = PenaltyScope::prompt_and_generated;
  config.temperature = 0.8;
  config.top_k = 40;
  config.top_p = 0.95;
  config.min_p = 0.05;
  config.repeat_last_n = 64;
  config.dry_penalty_last_n = 64;
  return config;
}

/// The configuration that these options ask of llama.cpp: a JSON object whose keys are those of its
/// server (`repeat_penalty`) or the options of its command line (`--repeat-penalty`).
inline Result<GenerationConfig> from_llama_cpp(std::string_view text) {
  const auto object = parse_json_object(text, detail::llama_cpp_dialect.object);
  if (!object) return object.error();
  nlohmann::json bare = nlohmann::json::object();
  for (auto entry = object->begin(); entry != object->end(); ++entry) {
    std::string key = entry.key();
    key.erase(0, key.find_first_not_of('-'));
    for (char& c : key) c = c == '-' ? '_' : c;
    if (bare.contains(key))
      return Error{"the key '" + key + "' is there twice in llama.cpp's list of options"};
    bare[key] = *entry;
  }
  detail::neutralize(bare);
  auto config = read_config(bare, detail::llama_cpp_dialect, llama_cpp_defaults());
  if (!config) return config;
  if (const auto valid = validate(*config); !valid) return valid.error();
  return config;
}

/// The options with which llama.cpp does the same, under the names of its server. An error if it
/// has none for something that changes the text, or would apply it in another order.
inline Result<std::string> to_llama_cpp(const GenerationConfig& config) {
  if (const auto valid = validate(config); !valid) return valid.error();
  GenerationConfig plain = resolved(config);
  const bool greedy = !*plain.do_sample && plain.num_beams == 1;
  const bool counts = plain.frequency_penalty != 0 || plain.presence_penalty != 0;
  if (!greedy && plain.order != PolicyOrder::llama_cpp) {
    return Error{"order is " +
                 std::string(names_of(plain.order)[static_cast<std::size_t>(plain.order)]) +
                 ", but llama.cpp applies the temperature last; set it to llama_cpp"};
  }
  if (plain.penalty_scope != PenaltyScope::prompt_and_generated && counts) {
    return Error{
        "llama.cpp counts the prompt's tokens in its penalties; set penalty_scope to "
        "prompt_and_generated"};
  }
  if (plain.repetition_penalty == 1 && !counts && !plain.repeat_last_n) plain.repeat_last_n = 64;
  if (plain.dry_multiplier == 0 && !plain.dry_penalty_last_n) plain.dry_penalty_last_n = 64;
  if (!plain.repeat_last_n || !plain.dry_penalty_last_n) {
    return Error{std::string(plain.repeat_last_n ? "dry_penalty_last_n" : "repeat_last_n") +
                 " is not set, and llama.cpp has no value for all tokens; set it to a number"};
  }
  if (greedy) plain.temperature = 0;
  const auto object = write_config(plain, detail::llama_cpp_dialect, llama_cpp_defaults());
  if (!object) return object.error();
  return object->dump(2);
}

}  // namespace tamis
