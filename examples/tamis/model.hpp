#pragma once

/// \file model.hpp
/// The options that choose a model, and the model that they choose.

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <string>
#include <tamis/core/result.hpp>
#include <tamis/io/gguf.hpp>
#include <tamis/models/llama.hpp>
#include <tamis/tokenizers/bpe.hpp>
#include <tamis/tokenizers/bpe_from_gguf.hpp>
#include <thread>

#include "../installed_model.hpp"
#include "command.hpp"
#include "loaded.hpp"

namespace command {

/// Which model, and how many threads it computes on.
struct ModelOptions {
  std::string path;
  int threads = static_cast<int>(std::thread::hardware_concurrency());

  void add_model(CLI::App& app) {
    app.add_option(
           "--model", path,
           "a GGUF file; by default $TAMIS_MODEL, or the model that examples/demo.sh installed")
        ->type_name("FILE");
  }
  void add_threads(CLI::App& app) {
    app.add_option("--threads", threads,
                   "how many threads the model computes on; by default one a processor")
        ->type_name("N");
  }

  /// The file that was chosen; the sentence about a missing default says how to get it.
  Result<tamis::Gguf> open() const {
    const std::string file = path.empty() ? installed_model() : path;
    if (path.empty() && !std::filesystem::exists(file)) {
      return Error{"there is no model in '" + file +
                   "'; run examples/demo.sh, which fetches it, or name one with --model"};
    }
    return tamis::Gguf::open(file);
  }
};

inline Result<Loaded> load(const ModelOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  if (options.threads < 1 || options.threads > 1024) {
    return Error{"threads is " + std::to_string(options.threads) + "; it must be from 1 to 1024"};
  }
  auto gguf = options.open();
  if (!gguf) return gguf.error();
  auto tokenizer = tamis::bpe_from_gguf(*gguf);
  if (!tokenizer) return tokenizer.error();
  auto model = tamis::Llama::load(*gguf, options.threads);
  if (!model) return model.error();
  if (tokenizer->vocab_size() > model->vocab_size()) {
    return Error{"the tokenizer of " + gguf->name() + " has " +
                 std::to_string(tokenizer->vocab_size()) + " tokens, but the model knows only " +
                 std::to_string(model->vocab_size())};
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  return Loaded{*std::move(gguf), *std::move(tokenizer), *std::move(model), seconds.count()};
}

}  // namespace command
