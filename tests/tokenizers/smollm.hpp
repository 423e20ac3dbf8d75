#pragma once

/// \file smollm.hpp
/// The real tokenizer, from the model that the set-up fetches.

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <tamis/io/gguf.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>

#include "catch.hpp"

/// The model's file; nothing, with a warning that says so, where it is not installed.
inline std::optional<tamis::Gguf> smollm_gguf() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value ? value : "");
  };
  std::string path = variable("TAMIS_MODEL");
  if (path.empty()) {
    const std::string cache = variable("XDG_CACHE_HOME");
    path = (cache.empty() ? variable("HOME") + "/.cache" : cache) +
           "/tamis/SmolLM2-135M-Instruct.Q4_1.gguf";
  }
  if (!std::filesystem::exists(path)) {
    WARN("skipped: the model is not at " << path << "; install it or set TAMIS_MODEL");
    return std::nullopt;
  }
  auto gguf = tamis::Gguf::open(path);
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
