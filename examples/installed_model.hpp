#pragma once

/// \file installed_model.hpp
/// Where examples/setup.sh puts the model: for the command line, the tests and the benchmarks.

#include <cstdlib>
#include <string>

/// The path of the model: $TAMIS_MODEL, or that of SmolLM2-135M-Instruct in the user's cache, whether
/// or not there is a file.
inline std::string installed_model() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value ? value : "");
  };
  if (const std::string model = variable("TAMIS_MODEL"); !model.empty()) return model;
  const std::string cache = variable("XDG_CACHE_HOME");
  return (cache.empty() ? variable("HOME") + "/.cache" : cache) +
         "/tamis/SmolLM2-135M-Instruct.Q4_1.gguf";
}
