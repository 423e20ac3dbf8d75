#pragma once

/// \file hugging_face.hpp
/// A generation_config.json as HF transformers reads it: with HF's defaults for what is not in it.
///
/// This library's own configurations have the same keys (generation_config_json.hpp), but they
/// sample where nothing is said, and HF takes the likeliest token.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "../core/result.hpp"
#include "config_dialect.hpp"
#include "config_keys.hpp"
#include "config_reader.hpp"
#include "config_writer.hpp"
#include "generation_config.hpp"
#include "generation_fields.hpp"
#include "validate.hpp"

namespace tamis {

namespace detail {

inline constexpr Spelling hugging_face_keys[] = {
    {"max_new_tokens"},
    {"max_length"},
    {"min_new_tokens"},
    {"min_length"},
    {"max_time"},
    {"stop_strings"},
    {"exponential_decay_length_penalty"},
    {"do_sample"},
    {"num_return_sequences"},
    {"num_beams"},
    {"length_penalty"},
    {"early_stopping"},
    {"num_beam_groups"},
    {"diversity_penalty"},
    {"penalty_alpha"},
    {"dola_layers"},
    {"temperature"},
    {"top_k"},
    {"top_p"},
    {"min_p"},
    {"typical_p"},
    {"top_h"},
    {"epsilon_cutoff"},
    {"eta_cutoff"},
    {"repetition_penalty"},
    {"no_repeat_ngram_size"},
    {"sequence_bias"},
    {"bad_words_ids"},
    {"suppress_tokens"},
    {"begin_suppress_tokens"},
    {"forced_bos_token_id"},
    {"forced_eos_token_id"},
    {"guidance_scale"},
    {"token_healing"},
    {"eos_token_id"},
    {"bos_token_id"},
    {"pad_token_id"},
    {"use_cache"},
};

}  // namespace detail

/// The keys of HF transformers 5.
inline constexpr Dialect hugging_face_dialect = {"the generation_config.json of HF",
                                                 detail::hugging_face_keys, false,
                                                 detail::ignored_keys, detail::unsupported_keys};

/// What HF's generate does when nothing is asked for: the likeliest token, 20 times; and top_k is
/// 50 as soon as there is sampling.
inline GenerationConfig hugging_face_defaults() {
  GenerationConfig config = neutral_config();
  config.do_sample = false;
  config.top_k = 50;
  config.max_new_tokens = 20;
  return config;
}

/// The configuration that HF's generate follows for this generation_config.json.
inline Result<GenerationConfig> from_hugging_face(std::string_view text) {
  return config_from_json(text, hugging_face_dialect, hugging_face_defaults());
}

/// A generation_config.json with which HF's generate does the same. An error if HF lacks a
/// parameter that changes something.
inline Result<std::string> to_hugging_face(const GenerationConfig& config) {
  if (const auto valid = validate(config); !valid) return valid.error();
  if (const auto usual = detail::follows_the_usual_rules(config, "HF"); !usual)
    return usual.error();
  GenerationConfig plain = resolved(config);
  if (!*plain.do_sample) plain.temperature = 1;  // HF refuses 0, and does not look at it
  if (!plain.max_new_tokens && !plain.max_length) plain.max_new_tokens = default_max_new_tokens;
  const auto object = write_config(plain, hugging_face_dialect, hugging_face_defaults());
  if (!object) return object.error();
  nlohmann::ordered_json written = *object;
  if (!plain.max_new_tokens) written.erase("max_new_tokens");
  return written.dump(2);
}

}  // namespace tamis
