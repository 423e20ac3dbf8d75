#pragma once

/// \file loaded.hpp
/// A model in memory.

#include <string>
#include <tamis/models/llama.hpp>
#include <tamis/tokenizers/bpe.hpp>
#include <variant>

#include "torch_model.hpp"

namespace command {

/// A model with its tokenizer.
struct Loaded {
  std::string name;           ///< what the sentences call its file or folder
  std::string chat_template;  ///< in the language Jinja; empty if there is none
  tamis::Bpe tokenizer;
  std::variant<tamis::Llama, TorchModel> either;
  double seconds;  ///< how long it took

  /// The model of a GGUF file, which all commands but `generate` have.
  const tamis::Llama& model() const { return std::get<tamis::Llama>(either); }
  tamis::Llama& model() { return std::get<tamis::Llama>(either); }
  /// The model on libtorch; null if it is the other.
  const TorchModel* on_torch() const { return std::get_if<TorchModel>(&either); }

  tamis::TokenId vocab_size() const {
    return std::visit([](const auto& model) { return model.vocab_size(); }, either);
  }
  int context_size() const {
    return std::visit([](const auto& model) { return model.context_size(); }, either);
  }
};

}  // namespace command
