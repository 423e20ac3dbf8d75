#pragma once

/// \file conversation.hpp
/// A conversation with a model, of which it reads no token twice.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <tamis/core/result.hpp>
#include <tamis/core/types.hpp>
#include <tamis/generation/generation.hpp>
#include <tamis/generation/memory.hpp>
#include <tamis/io/generation_config.hpp>
#include <tamis/tokenizers/chat_template.hpp>
#include <vector>

#include "loaded.hpp"

namespace command {

class Conversation {
 public:
  /// Who sees an answer as it comes; each is asked whether to go on.
  struct Audience {
    std::function<bool(std::string_view)> text;
    std::function<bool(std::size_t read, std::size_t all)> prefill;
  };

  /// \param config  resolved, valid, with a seed. An error if the model has no format of a
  ///                conversation.
  static tamis::Result<Conversation> of(Loaded& loaded, const tamis::GenerationConfig& config,
                                        const std::string& system);

  /// Answers a message. After an error, such as that the context is full, all is as before.
  tamis::Result<tamis::Generation> answer(const std::string& message, const Audience& audience);

  /// The messages so far, the system's among them.
  const std::vector<tamis::ChatMessage>& messages() const { return messages_; }
  /// Goes on from these; the last is the assistant's, or the system's.
  void set_messages(std::vector<tamis::ChatMessage> messages);

  /// Begins anew, with the system message alone.
  void reset();
  /// Takes the last message and its answer back; returns the message, empty if there is none.
  std::string undo();

 private:
  Conversation(Loaded& loaded, const tamis::GenerationConfig& config, tamis::ChatTemplate format)
      : loaded_(&loaded), config_(config), format_(std::move(format)), memory_(loaded.model()) {}

  std::vector<tamis::TokenId> prompt_of(const std::string& text) const;

  Loaded* loaded_;
  tamis::GenerationConfig config_;
  tamis::ChatTemplate format_;
  tamis::Memory<tamis::Llama> memory_;
  std::vector<tamis::ChatMessage> messages_;
  // The last answer as tokens, with all before it, and the text that they are; so that they need
  // not be made of the text again, which other tokens could also be.
  std::vector<tamis::TokenId> ids_;
  std::string text_;
  std::size_t answers_ = 0;  ///< of this seed
};

}  // namespace command
