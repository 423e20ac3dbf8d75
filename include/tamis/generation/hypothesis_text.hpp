#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/types.hpp"
#include "finish_reason.hpp"
#include "generation_options.hpp"
#include "is_loop.hpp"
#include "output_text.hpp"
#include "stop_sequences.hpp"
#include "stop_strings.hpp"

namespace tamis {

/// The text of one sequence among several, and whether a token ends it. A value, so that sequences
/// that begin alike go apart.
class HypothesisText {
 public:
  /// What ends a sequence.
  struct Ends {
    const GenerationOptions& options;
    StopSequences sequences;     ///< the options'
    std::size_t min_new_tokens;  ///< before so many nothing ends it
  };

  explicit HypothesisText(StopStrings stops = {}) : output_(std::move(stops)) {}

  /// Takes the next new token, which follows `before`, the new tokens so far; says why it is the
  /// last, if it is. Limits of length and time are not its concern. Where `is_lifted`, the token
  /// came though it was banned, for a guide left nothing else: then it may end the sequence.
  template <class T>
  std::optional<FinishReason> take(const T& tokenizer, const Ends& ends,
                                   std::span<const TokenId> before, TokenId token,
                                   bool is_lifted = false) {
    const GenerationOptions& options = ends.options;
    const bool may_end = before.size() + 1 > ends.min_new_tokens || is_lifted;
    const bool is_end = may_end && options.is_end(token);
    const bool is_stop = may_end && options.is_stop(token);
    const bool is_kept = is_end || !is_stop || options.stop_ending == StopStrings::Ending::kept;
    if (is_kept && !(is_end && options.skip_special_tokens))
      add(tokenizer, options, token, may_end);
    if (is_end) return FinishReason::end_of_sequence;
    if (is_stop) return FinishReason::stop_token;
    if (may_end && (!ends.sequences.empty() || options.loop_block > 0)) {
      std::vector<TokenId> tokens(before.begin(), before.end());
      tokens.push_back(token);
      const auto sought = std::span(tokens).subspan(std::min(ends.min_new_tokens, tokens.size()));
      if (const std::size_t length = ends.sequences.match(sought)) {
        if (options.stop_ending == StopStrings::Ending::trimmed) {
          output_ = OutputText();
          text_.clear();
          for (const TokenId id : std::span(tokens).first(tokens.size() - length))
            add(tokenizer, options, id, false);
        }
        return FinishReason::stop_sequence;
      }
      if (!output_.found() && options.loop_block > 0 &&
          is_loop(tokens, static_cast<std::size_t>(options.loop_block),
                  static_cast<std::size_t>(options.loop_repeats)))
        return FinishReason::loop;
    }
    if (output_.found()) return FinishReason::stop_string;
    return std::nullopt;
  }

  /// Which stop string was found: its place in the list.
  std::optional<std::size_t> found() const { return output_.found(); }

  /// All of it, with what was held back.
  std::string finish() && { return std::move(text_) + output_.finish(); }

 private:
  template <class T>
  void add(const T& tokenizer, const GenerationOptions& options, TokenId token, bool sought) {
    if (options.skip_special_tokens && tokenizer.is_special(token)) return;
    const auto bytes = tokenizer.bytes(token);
    text_ += sought ? output_.push(bytes) : output_.push_unsought(bytes);
  }

  OutputText output_;
  std::string text_;
};

}  // namespace tamis
