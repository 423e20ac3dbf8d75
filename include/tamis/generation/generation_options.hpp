#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "../core/types.hpp"
#include "stop_strings.hpp"

namespace tamis {

/// What one generation is asked for, besides its prompt and its sampler.
struct GenerationOptions {
  static constexpr int unlimited = std::numeric_limits<int>::max();
  static constexpr double forever = std::numeric_limits<double>::infinity();
  static constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();

  // Length. All limits hold; the one that is reached first ends the generation.
  int max_new_tokens = 128;
  int max_length = unlimited;    ///< prompt included, which must be shorter
  double max_seconds = forever;  ///< prompt included; one token comes all the same
  /// Before so many new tokens, nothing below ends the generation: end and stop tokens are banned,
  /// stop strings are not sought.
  int min_new_tokens = 0;
  int min_length = 0;  ///< the same, prompt included; both hold

  // What ends it.
  std::vector<TokenId> end_tokens = {};   ///< ends of the sequence: see SpecialTokens::ends
  std::vector<TokenId> stop_tokens = {};  ///< tokens that end it as well
  std::vector<std::vector<TokenId>> stop_sequences = {};  ///< tokens in a row that end it
  std::vector<std::string> stop_strings = {};             ///< texts that end it; need a tokenizer
  /// Whether the text ends before the stop string, token or sequence, or with it.
  StopStrings::Ending stop_ending = StopStrings::Ending::trimmed;
  /// A block of at most so many tokens, more than loop_repeats times in a row, ends it; 0: nothing
  /// is a loop. Not what a format must repeat: tables and rules of dashes loop as well.
  int loop_block = 0;
  int loop_repeats = 8;

  // What may never be in the text.
  /// Texts of which none is ever in the output: when one would be whole, the sequence goes back to
  /// the token at which it began, that token is banned there, and drawing goes on. Until it is sure
  /// that a token stays, no event tells of it. Need a tokenizer.
  std::vector<std::string> banned_strings = {};
  int max_rollbacks = 1000;  ///< going back more often than this ends it with an error

  // What a guide forces.
  /// Text that can be no other is written at once, in the tokens that the tokenizer makes of it
  /// with the token before it, and the model reads them together. The texts are of the same
  /// language; their tokens, and so what the model goes on with, are other than if it had chosen
  /// each token itself. Needs a tokenizer, and a source that knows of such text.
  bool jump_forward = false;

  // Randomness and history.
  std::uint64_t seed = 0;  ///< the same seed, prompt, model and sampler give the same tokens
  std::size_t penalty_window = everything;  ///< how many of the last tokens the penalties count

  // What comes back, and how.
  bool skip_special_tokens = true;     ///< special tokens and end tokens add nothing to the text
  bool use_cache = true;               ///< without it every step reads the whole sequence anew
  bool log_probabilities = false;      ///< of each token, in what it was drawn from
  bool raw_log_probabilities = false;  ///< of each token, in the model's own distribution
  int top_log_probabilities = 0;  ///< so many likeliest tokens too, in each distribution asked for
  bool prompt_log_probabilities = false;  ///< raw, of each token of the prompt after the first
  bool kept_tokens = false;               ///< for each token, those among which it was drawn

  bool is_end(TokenId token) const {
    return std::find(end_tokens.begin(), end_tokens.end(), token) != end_tokens.end();
  }
  bool is_stop(TokenId token) const {
    return std::find(stop_tokens.begin(), stop_tokens.end(), token) != stop_tokens.end();
  }

  bool ends(TokenId token) const { return is_end(token) || is_stop(token); }

  /// The end tokens and the stop tokens.
  std::vector<TokenId> all_ends() const {
    std::vector<TokenId> ids = end_tokens;
    ids.insert(ids.end(), stop_tokens.begin(), stop_tokens.end());
    return ids;
  }

  /// Before so many new tokens nothing ends it, where the prompt has `prompt` tokens.
  std::size_t least_new_tokens(std::size_t prompt) const {
    const auto at_least = [](int number) { return static_cast<std::size_t>(std::max(0, number)); };
    return std::max(at_least(min_new_tokens),
                    at_least(min_length) - std::min(at_least(min_length), prompt));
  }
};

}  // namespace tamis
