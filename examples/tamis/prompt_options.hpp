#pragma once

/// \file prompt_options.hpp
/// The options that say from what to go on: a text, a message of a chat, or two texts with a gap
/// between them.

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <tamis/core/result.hpp>
#include <tamis/core/types.hpp>
#include <vector>

#include "loaded.hpp"

namespace command {

/// From what to go on, as tokens.
struct Prompt {
  std::vector<tamis::TokenId> ids;
  std::string healed =
      {};  ///< the bytes of the end that was taken back, with which the text begins
  std::vector<tamis::TokenId> ends = {};  ///< of a middle, all that end it; else empty
};

/// The tokens of a text; `heals` takes the last back, so that what comes begins with its bytes. An
/// error if there are none.
tamis::Result<Prompt> prompt_of(const Loaded& loaded, const std::string& text, bool heals);

class PromptOptions {
 public:
  void add(CLI::App& app);

  /// Reads what is to be read before the model is: an error says what is missing, or contradicts
  /// another option.
  tamis::Result<void> read(bool standard_input_is_taken);

  /// The tokens; `heals` takes the last back, as --heal does. Requires read().
  tamis::Result<Prompt> tokens(const Loaded& loaded, bool heals = false) const;

 private:
  tamis::Result<void> check() const;
  tamis::Result<std::string> chat_text(const Loaded& loaded) const;

  std::optional<std::string> prompt_;
  std::string prompt_file_;
  bool chat_ = false;
  std::string system_;
  bool heal_ = false;
  std::vector<std::string> middle_, middle_files_;  ///< prefix and suffix
  std::string text_, suffix_;
};

}  // namespace command
