#pragma once

/// \file model_path.hpp
/// Where the model is that the tests run.

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "catch.hpp"

/// The path of SmolLM2-135M-Instruct: $TAMIS_MODEL, or where the set-up installs it. Nothing, with
/// a warning, where it is not.
inline std::optional<std::string> model_path() {
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
  if (std::filesystem::is_regular_file(path)) return path;
  WARN("skipped: the model is not at " << path << "; install it or set TAMIS_MODEL");
  return std::nullopt;
}
