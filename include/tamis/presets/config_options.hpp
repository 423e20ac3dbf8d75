#pragma once

/// \file config_options.hpp
/// What a configuration says of when to stop and of what comes back, for generate().

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/types.hpp"
#include "../generation/generation_options.hpp"
#include "../io/generation_config.hpp"

namespace tamis {

/// The options that the configuration asks for; those of `generate` that no configuration names
/// keep their defaults. Beside them a request has a sampler, such as Standard, and
/// config_sources().
///
///     const auto config = from_openai(body);
///     generate(model, tokenizer, Standard(resolved(*config)), prompt, config_options(*config,
///     tokenizer.special().ends));
///
/// \param config  valid: see validate()
/// \param ends    the tokens that end a text of this model; the configuration's own `eos_token_id`
/// goes before them, and with
///                `ignore_eos` no token ends the text
inline GenerationOptions config_options(const GenerationConfig& config,
                                        const std::vector<TokenId>& ends) {
  GenerationOptions options;
  if (config.max_new_tokens) {
    options.max_new_tokens = *config.max_new_tokens;
  } else if (config.max_length) {
    options.max_new_tokens = GenerationOptions::unlimited;
    options.max_length = *config.max_length;
  } else {
    options.max_new_tokens = default_max_new_tokens;
  }
  if (config.max_time) options.max_seconds = *config.max_time;
  options.min_new_tokens = config.min_new_tokens;
  options.min_length = config.min_length;

  if (!config.ignore_eos)
    options.end_tokens = config.eos_token_id.empty() ? ends : config.eos_token_id;
  options.stop_tokens = config.stop_token_ids;
  options.stop_sequences = config.stop_token_sequences;
  options.stop_strings = config.stop_strings;
  if (config.include_stop_str_in_output) options.stop_ending = StopStrings::Ending::kept;
  options.loop_block = config.loop_block;
  options.loop_repeats = config.loop_repeats;
  options.banned_strings = config.banned_strings;
  options.jump_forward = config.jump_forward;

  options.seed = config.seed.value_or(0);
  if (config.repeat_last_n)
    options.penalty_window = static_cast<std::size_t>(*config.repeat_last_n);

  options.skip_special_tokens = config.skip_special_tokens;
  options.use_cache = config.use_cache;
  options.log_probabilities = config.logprobs.has_value();
  options.prompt_log_probabilities = config.prompt_logprobs.has_value();
  options.top_log_probabilities =
      std::max(config.logprobs.value_or(0), config.prompt_logprobs.value_or(0));
  return options;
}

}  // namespace tamis
