#pragma once

/// \file batch_line.hpp
/// A request of a file of requests.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <tamis/core/result.hpp>
#include <tamis/io/generation_config.hpp>
#include <tamis/tokenizers/chat_template.hpp>
#include <vector>

#include "guide_text.hpp"

namespace command {

/// What a line asks for: see answer_file.
struct BatchLine {
  nlohmann::json id = {};  ///< null if there is none
  std::string prompt = {};
  std::vector<tamis::ChatMessage> messages = {};  ///< empty where there is a prompt
  tamis::GenerationConfig config = {};            ///< valid and resolved
  GuideText guide = {};

  /// Reads a line of JSON, on top of what the command line says. An error says why it cannot be
  /// answered, whatever the model; the id is there all the same, if the line has one.
  tamis::Result<void> read(std::string_view text, const tamis::GenerationConfig& base,
                           const GuideText& otherwise);
};

}  // namespace command
