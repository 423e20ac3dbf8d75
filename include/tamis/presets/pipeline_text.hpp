#pragma once

/// \file pipeline_text.hpp
/// A pipeline as people write it in JSON: a list of steps, or the keys of a configuration.

#include <cstddef>
#include <string_view>

#include "../core/result.hpp"
#include "../io/config_keys.hpp"
#include "../io/config_reader.hpp"
#include "../io/generation_fields.hpp"
#include "../io/json_text.hpp"
#include "../io/validate.hpp"
#include "config_pipeline.hpp"
#include "pipeline.hpp"
#include "pipeline_json.hpp"

namespace tamis {

/// The pipeline of a JSON text, over `vocab_size` tokens.
///
///     [{"type": "top_k", "k": 50}, {"type": "temperature", "temperature": 0.8}]     steps, in
///     their order
///     {"order": "llama_cpp", "top_k": 50, "temperature": 0.8}                       in the order
///     that is named
///
/// What an object does not say is off; there are no defaults. An error is one sentence.
inline Result<Pipeline> pipeline_from_text(std::string_view text, std::size_t vocab_size) {
  const auto value = parse_json(
      text, "the pipeline", R"(a list of steps, as in [{"type": "top_k", "k": 50}], or an object)");
  if (!value) return value.error();
  if (!value->is_object()) return pipeline_from_json(*value);
  const auto config = read_config(*value, own_dialect, neutral_config());
  if (!config) return config.error();
  if (const auto valid = validate(*config); !valid) return valid.error();
  return config_pipeline(*config, vocab_size);
}

}  // namespace tamis
