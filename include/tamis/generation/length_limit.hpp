#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

#include "../core/result.hpp"
#include "finish_reason.hpp"
#include "generation_options.hpp"

namespace tamis {

namespace detail {

/// How many tokens the model takes, if it says so.
template <class M>
std::optional<std::size_t> context_size_of(M& model) {
  if constexpr (requires { model.context_size(); })
    return static_cast<std::size_t>(model.context_size());
  else
    return std::nullopt;
}

}  // namespace detail

/// How many new tokens there may be, and why no more.
struct LengthLimit {
  std::size_t new_tokens;
  FinishReason reason;  ///< length or context_full

  /// The limit after a prompt of `prompt_tokens`, for a model that takes `context_size` tokens, if
  /// it says how many. An error if the prompt leaves no room, or if the options contradict each
  /// other.
  static Result<LengthLimit> of(const GenerationOptions& options, std::size_t prompt_tokens,
                                std::optional<std::size_t> context_size = {}) {
    const auto words = [](auto number) { return std::to_string(number); };
    if (options.max_new_tokens < 0)
      return Error{"max_new_tokens is " + words(options.max_new_tokens) + "; it must be 0 or more"};
    if (options.min_new_tokens < 0)
      return Error{"min_new_tokens is " + words(options.min_new_tokens) + "; it must be 0 or more"};
    if (context_size && prompt_tokens > *context_size)
      return Error{"the prompt has " + words(prompt_tokens) +
                   " tokens, but the model's context takes " + words(*context_size) +
                   "; shorten the prompt"};
    const auto max_length = static_cast<std::size_t>(std::max(0, options.max_length));
    if (max_length <= prompt_tokens)
      return Error{"max_length is " + words(options.max_length) +
                   ", prompt included, but the prompt has " + words(prompt_tokens) +
                   " tokens; raise it, or set max_new_tokens instead"};

    LengthLimit limit{
        std::min(static_cast<std::size_t>(options.max_new_tokens), max_length - prompt_tokens),
        FinishReason::length};
    if (static_cast<std::size_t>(options.min_new_tokens) > limit.new_tokens)
      return Error{
          "min_new_tokens is " + words(options.min_new_tokens) + ", but at most " +
          words(limit.new_tokens) +
          " new tokens are allowed by max_new_tokens and max_length; lower it or raise them"};
    if (context_size && *context_size - prompt_tokens < limit.new_tokens)
      limit = {*context_size - prompt_tokens, FinishReason::context_full};
    return limit;
  }
};

}  // namespace tamis
