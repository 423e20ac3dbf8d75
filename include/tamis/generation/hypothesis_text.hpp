#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../core/types.hpp"
#include "finish_reason.hpp"
#include "generation_options.hpp"
#include "output_text.hpp"
#include "stop_strings.hpp"

namespace tamis {

/// The text of one sequence among several, and whether a token ends it. A value, so that sequences
/// that begin alike go apart.
class HypothesisText {
 public:
  explicit HypothesisText(StopStrings stops = {}) : output_(std::move(stops)) {}

  /// Takes the next new token; says why it is the last, if it is. Limits are not its concern.
  template <class T>
  std::optional<FinishReason> take(const T& tokenizer, const GenerationOptions& options,
                                   TokenId token) {
    ++tokens_;
    const bool may_end = tokens_ > static_cast<std::size_t>(options.min_new_tokens);
    const auto is_in = [&](const std::vector<TokenId>& ids) {
      return std::find(ids.begin(), ids.end(), token) != ids.end();
    };
    const bool is_end = may_end && is_in(options.end_tokens);
    const bool is_stop = may_end && is_in(options.stop_tokens);
    const bool is_shown = !(options.skip_special_tokens && (is_end || tokenizer.is_special(token)));
    if (is_shown && (is_end || !is_stop || options.stop_ending == StopStrings::Ending::kept)) {
      const auto bytes = tokenizer.bytes(token);
      text_ += may_end ? output_.push(bytes) : output_.push_unsought(bytes);
    }
    if (is_end) return FinishReason::end_of_sequence;
    if (is_stop) return FinishReason::stop_token;
    if (output_.found()) return FinishReason::stop_string;
    return std::nullopt;
  }

  /// Which stop string was found: its place in the list.
  std::optional<std::size_t> found() const { return output_.found(); }

  /// All of it, with what was held back.
  std::string finish() && { return std::move(text_) + output_.finish(); }

 private:
  OutputText output_;
  std::string text_;
  std::size_t tokens_ = 0;
};

}  // namespace tamis
