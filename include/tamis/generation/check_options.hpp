#pragma once

/// \file check_options.hpp
/// What can be wrong with a request, whatever its model reads.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "../core/result.hpp"
#include "../core/types.hpp"
#include "generation_options.hpp"

namespace tamis {

namespace detail {

/// An error unless all of these are tokens; `what` begins its sentence.
inline Result<void> check_tokens(std::string_view what, std::span<const TokenId> ids,
                                 TokenId vocab_size) {
  for (const TokenId id : ids)
    if (id < 0 || id >= vocab_size)
      return Error{std::string(what) + " " + std::to_string(id) +
                   " is not in the model's vocabulary, which has the ids 0 to " +
                   std::to_string(vocab_size - 1)};
  return {};
}

/// An error unless the number is `least` or more.
inline Result<void> check_least(std::string_view what, int number, int least) {
  if (number >= least) return {};
  return Error{std::string(what) + " is " + std::to_string(number) + "; it must be " +
               std::to_string(least) + " or more"};
}

}  // namespace detail

/// An error if the prompt or the options name what is no token, or if a number is out of its range.
/// The lengths are LengthLimit's to check.
inline Result<void> check_options(std::span<const TokenId> prompt, const GenerationOptions& options,
                                  TokenId vocab_size, bool has_text) {
  if (prompt.empty()) return Error{"the prompt is empty; it needs at least one token"};
  for (const auto& [what, ids] : {std::pair{"the prompt's token", prompt},
                                  std::pair{"end token", std::span(options.end_tokens)},
                                  std::pair{"stop token", std::span(options.stop_tokens)}}) {
    if (const auto checked = detail::check_tokens(what, ids, vocab_size); !checked) return checked;
  }
  for (std::size_t at = 0; at < options.stop_sequences.size(); ++at) {
    const std::span<const TokenId> ids = options.stop_sequences[at];
    if (ids.empty())
      return Error{"stop sequence " + std::to_string(at + 1) + " of " +
                   std::to_string(options.stop_sequences.size()) +
                   " is empty; it needs at least one token"};
    if (const auto checked = detail::check_tokens("a stop sequence's token", ids, vocab_size);
        !checked)
      return checked;
  }
  if (!(options.max_seconds >= 0))
    return Error{"max_seconds is " + std::to_string(options.max_seconds) +
                 "; it must be 0 or more"};
  for (const auto& [what, number, least] :
       {std::tuple{"top_log_probabilities", options.top_log_probabilities, 0},
        std::tuple{"loop_block", options.loop_block, 0},
        std::tuple{"loop_repeats", options.loop_repeats, 1},
        std::tuple{"max_rollbacks", options.max_rollbacks, 0}}) {
    if (const auto checked = detail::check_least(what, number, least); !checked) return checked;
  }
  if (has_text) return {};
  for (const auto& [what, strings] : {std::pair{"stop strings are", &options.stop_strings},
                                      std::pair{"banned strings are", &options.banned_strings}}) {
    if (!strings->empty())
      return Error{std::string(what) +
                   " sought in text, and there is no tokenizer to make it; give one, or use stop "
                   "tokens and bans"};
  }
  return {};
}

}  // namespace tamis
