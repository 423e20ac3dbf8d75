#pragma once

/// \file model_path.hpp
/// Where the model is that the tests run.

#include <filesystem>
#include <optional>
#include <string>

#include "../examples/installed_model.hpp"
#include "catch.hpp"

/// The path of SmolLM2-135M-Instruct, where the set-up installs it. Nothing, with a warning, where it
/// is not.
inline std::optional<std::string> model_path() {
  const std::string path = installed_model();
  if (std::filesystem::is_regular_file(path)) return path;
  WARN("skipped: the model is not at " << path << "; install it or set TAMIS_MODEL");
  return std::nullopt;
}
