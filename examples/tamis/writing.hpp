#pragma once

/// \file writing.hpp
/// From a configuration to texts: what `tamis generate` does between reading its options and
/// printing.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <tamis/core/result.hpp>
#include <tamis/core/types.hpp>
#include <tamis/generation/generation.hpp>
#include <tamis/io/generation_config.hpp>
#include <vector>

#include "cache_options.hpp"
#include "draft_options.hpp"
#include "guide_options.hpp"
#include "loaded.hpp"
#include "prompt_options.hpp"

namespace command {

/// Who sees the texts as they come.
struct Audience {
  std::function<void(std::string_view)> text;  ///< each piece of text
  std::function<void(std::size_t read, std::size_t all)>
      prefill;                                       ///< how much of the prompt is read
  std::function<void(const std::string&)> progress;  ///< what is going on while there is no text
};

/// What is asked for.
struct Request {
  Prompt prompt;
  tamis::GenerationConfig config;  ///< resolved, valid, and with a seed
  bool wants_logprobs = false;
  CacheOptions cache = {};
  GuideText guide = {};
  Guides* guides = nullptr;  ///< what compiles the guide, if there is one
  const DraftOptions* drafts = nullptr;  ///< checked; null: no drafts
  int threads = 1;                       ///< of models that are made besides the one that is loaded
};

/// What came of it.
struct Written {
  std::vector<tamis::Generation> texts = {};
  std::vector<double> scores = {};  ///< of a beam search, one a text; then the texts' raw
                                    ///< log-probabilities are the scores of tokens
  std::size_t cache_bytes = 0;      ///< of the last text, at its end
  std::size_t cache_tokens = 0;     ///< of how many tokens
};

/// Writes the texts, one after the other; text i has the seed i above the configuration's.
tamis::Result<Written> write_texts(const Loaded& loaded, const Request& request,
                                   const Audience& audience);

}  // namespace command
