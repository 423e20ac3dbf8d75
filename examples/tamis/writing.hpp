#pragma once

/// \file writing.hpp
/// What `tamis generate` makes: texts, and what they cost.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <tamis/core/result.hpp>
#include <tamis/core/types.hpp>
#include <tamis/io/generation_config.hpp>
#include <vector>

#include "model.hpp"

namespace command {

/// One text that was generated.
struct Written {
  std::vector<tamis::TokenId> ids;  ///< the new tokens, with the one that ended them
  std::string text;
  double score = 0;              ///< of a beam search, its score; else the sum of logprobs
  std::vector<double> logprobs;  ///< of each id in the model's own distribution, in nats
  std::string finish_reason;     ///< eos, stop, length or time
};

/// What the texts cost.
struct Statistics {
  std::size_t prompt_tokens = 0;
  std::size_t new_tokens = 0;
  double load_seconds = 0;
  double prefill_seconds = 0;  ///< until the logits after the prompt
  double decode_seconds = 0;   ///< after that, of all texts
  std::uint64_t seed = 0;
};

/// How to write, besides the configuration.
struct Writing {
  bool wants_logprobs = false;
  std::function<void(std::string_view)> show;  ///< called with each piece of text as it comes
  std::function<void(std::size_t)>
      show_prefill;  ///< called with how many tokens of the prompt are read
};

/// Writes the texts that `config`, which is resolved and valid, asks for after `prompt`, one after
/// the other.
Result<std::vector<Written>> write_texts(Loaded& loaded, const std::vector<tamis::TokenId>& prompt,
                                         const tamis::GenerationConfig& config,
                                         const Writing& writing, Statistics& statistics);

}  // namespace command
