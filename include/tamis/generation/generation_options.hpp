#pragma once

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
  std::vector<TokenId> end_tokens = {};        ///< ends of the sequence: see SpecialTokens::ends
  std::vector<TokenId> stop_tokens = {};       ///< tokens that end it as well
  std::vector<std::vector<TokenId>> stop_sequences = {};  ///< tokens in a row that end it
  std::vector<std::string> stop_strings = {};  ///< texts that end it; need a tokenizer
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
  bool kept_tokens = false;  ///< for each token, those among which it was drawn
};

}  // namespace tamis
