#pragma once

/// \file smollm.hpp
/// The real tokenizer, from the model that the set-up fetches.

#include <optional>
#include <string>
#include <tamis/io/gguf.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>

#include "catch.hpp"
#include "model_path.hpp"

/// The model's file; nothing, with a warning that says so, where it is not installed.
inline std::optional<tamis::Gguf> smollm_gguf() {
  const auto path = model_path();
  if (!path) return std::nullopt;
  auto gguf = tamis::Gguf::open(*path);
  if (!gguf) FAIL(gguf.error().message);
  return *std::move(gguf);
}

/// Its tokenizer.
inline std::optional<tamis::Bpe> smollm_tokenizer() {
  const auto gguf = smollm_gguf();
  if (!gguf) return std::nullopt;
  auto bpe = tamis::bpe_from_gguf(*gguf);
  if (!bpe) FAIL(bpe.error().message);
  return *std::move(bpe);
}
