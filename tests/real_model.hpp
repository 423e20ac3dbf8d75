#pragma once

/// \file real_model.hpp
/// SmolLM2-135M-Instruct and its tokenizer, loaded once a program.

#include <tamis/io/gguf.hpp>
#include <tamis/models/llama.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>

#include "catch.hpp"
#include "model_path.hpp"

struct RealModel {
  tamis::Llama model;
  tamis::Bpe tokenizer;
};

/// The model that the set-up installs; null, with a warning, where it is not.
inline RealModel* real_model() {
  const auto path = model_path();
  if (!path) return nullptr;
  static RealModel loaded = [&] {
    const auto gguf = tamis::Gguf::open(*path);
    if (!gguf) FAIL(gguf.error().message);
    auto model = tamis::Llama::load(*gguf);
    auto tokenizer = tamis::bpe_from_gguf(*gguf);
    if (!model) FAIL(model.error().message);
    if (!tokenizer) FAIL(tokenizer.error().message);
    return RealModel{*std::move(model), *std::move(tokenizer)};
  }();
  return &loaded;
}
