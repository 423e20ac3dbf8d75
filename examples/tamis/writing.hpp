#pragma once

/// \file writing.hpp
/// From a configuration to texts: what `tamis generate` does between reading its options and
/// printing.

#include <cstddef>
#include <functional>
#include <string_view>
#include <tamis/core/result.hpp>
#include <tamis/core/types.hpp>
#include <tamis/generation/generation.hpp>
#include <tamis/io/generation_config.hpp>
#include <vector>

#include "loaded.hpp"

namespace command {

/// Who sees the texts as they come.
struct Audience {
  std::function<void(std::string_view)> text;  ///< each piece of text
  std::function<void(std::size_t read, std::size_t all)>
      prefill;  ///< how much of the prompt is read
};

/// Writes the texts that `config`, which is resolved, valid and has a seed, asks for after
/// `prompt`, one after the other; text i has the seed i above the configuration's.
tamis::Result<std::vector<tamis::Generation>> write_texts(Loaded& loaded,
                                                          const std::vector<tamis::TokenId>& prompt,
                                                          const tamis::GenerationConfig& config,
                                                          bool wants_logprobs,
                                                          const Audience& audience);

}  // namespace command
