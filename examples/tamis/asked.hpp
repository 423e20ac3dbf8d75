#pragma once

/// \file asked.hpp
/// From a configuration to what generation is asked for.

#include <cstddef>
#include <tamis/core/result.hpp>
#include <tamis/core/types.hpp>
#include <tamis/generation/generation_options.hpp>
#include <tamis/io/generation_config.hpp>
#include <tamis/presets/config_sources.hpp>
#include <tamis/sources/any_source.hpp>
#include <vector>

#include "chosen_sampler.hpp"
#include "loaded.hpp"

namespace command {

/// What a configuration asks for, besides the prompt.
struct Asked {
  ChosenSampler sampler;
  tamis::GenerationOptions options;
  std::vector<tamis::AnySource> sources;
};

/// What the model and its tokenizer know of what `config` names: its texts as tokens.
tamis::SequenceContext context_of(const tamis::GenerationConfig& config, const Loaded& loaded,
                                  std::size_t prompt_tokens);

/// What `config`, which is resolved, valid and has a seed, asks for after so many tokens of a
/// prompt. An error if it names a token that the model does not have, or what no sampler does.
tamis::Result<Asked> asked_of(const tamis::GenerationConfig& config, const Loaded& loaded,
                              std::size_t prompt_tokens, bool wants_logprobs);

}  // namespace command
