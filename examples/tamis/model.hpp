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
#include <tamis/tokenizers/tokenizer_folder.hpp>
#include <thread>

#include "../installed_model.hpp"
#include "command.hpp"
#include "loaded.hpp"

namespace command {

/// The template of a GGUF file; empty if it has none.
inline std::string chat_template_of(const tamis::Gguf& gguf) {
  return std::string(gguf.value<std::string_view>("tokenizer.chat_template").value_or({}));
}

/// Which model, and how many threads it computes on.
struct ModelOptions {
  std::string path;
  int threads = static_cast<int>(std::thread::hardware_concurrency());
  std::string device = "cpu", dtype = "float32";

  void add_model(CLI::App& app) {
    app.add_option(
           "--model", path,
           "a GGUF file; by default $TAMIS_MODEL, or the model that examples/demo.sh installed")
        ->type_name("FILE");
  }
  void add_torch(CLI::App& app) {
    app.get_option("--model")->description(
        "a GGUF file, or a folder with config.json, model.safetensors and tokenizer.json, which "
        "libtorch runs; by default $TAMIS_MODEL, or the model that examples/demo.sh installed");
    device_ = app.add_option("--device", device,
                             "runs the model on libtorch, on cpu, cuda or cuda:N [cpu]")
                  ->type_name("NAME");
    dtype_ = app.add_option("--dtype", dtype,
                            "runs the model on libtorch, with numbers of the type float32, float16 "
                            "or bfloat16 [float32]")
                 ->type_name("NAME");
  }
  /// Is libtorch to run the model? It is asked for, or the model is a folder.
  bool is_on_torch() const {
    std::error_code ignored;
    return device_ && (device_->count() > 0 || dtype_->count() > 0 ||
                       std::filesystem::is_directory(path, ignored));
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

 private:
  const CLI::Option* device_ = nullptr;
  const CLI::Option* dtype_ = nullptr;
};

/// The model as libtorch runs it.
inline Result<Loaded> load_on_torch(const ModelOptions& options) {
  const std::string path = options.path.empty() ? installed_model() : options.path;
  std::error_code ignored;
  const bool is_folder = std::filesystem::is_directory(path, ignored);
  if (is_folder && !std::filesystem::exists(path + "/config.json", ignored)) {
    return Error{"the folder '" + path +
                 "' has no config.json; name a GGUF file, or a folder with a model of HF's: "
                 "config.json, tokenizer.json and safetensors"};
  }
  auto model = TorchModel::open(path, options.device, options.dtype, options.threads);
  if (!model) return model.error();
  const std::string name = "'" + path + "'";
  if (is_folder) {
    auto folder = tamis::TokenizerFolder::open(path);
    if (!folder) return folder.error();
    return Loaded{name, std::move(folder->chat_template), std::move(folder->tokenizer),
                  *std::move(model), 0};
  }
  const auto gguf = tamis::Gguf::open(path);
  if (!gguf) return gguf.error();
  auto tokenizer = tamis::bpe_from_gguf(*gguf);
  if (!tokenizer) return tokenizer.error();
  return Loaded{name, chat_template_of(*gguf), *std::move(tokenizer), *std::move(model), 0};
}

/// The model as Tamis runs it.
inline Result<Loaded> load_gguf(const ModelOptions& options) {
  auto gguf = options.open();
  if (!gguf) return gguf.error();
  auto tokenizer = tamis::bpe_from_gguf(*gguf);
  if (!tokenizer) return tokenizer.error();
  auto model = tamis::Llama::load(*gguf, options.threads);
  if (!model) return model.error();
  return Loaded{gguf->name(), chat_template_of(*gguf), *std::move(tokenizer), *std::move(model), 0};
}

inline Result<Loaded> load(const ModelOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  if (options.threads < 1 || options.threads > 1024) {
    return Error{"threads is " + std::to_string(options.threads) + "; it must be from 1 to 1024"};
  }
  auto loaded = options.is_on_torch() ? load_on_torch(options) : load_gguf(options);
  if (!loaded) return loaded;
  if (loaded->tokenizer.vocab_size() > loaded->vocab_size()) {
    return Error{"the tokenizer of " + loaded->name + " has " +
                 std::to_string(loaded->tokenizer.vocab_size()) +
                 " tokens, but the model knows only " + std::to_string(loaded->vocab_size())};
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  loaded->seconds = seconds.count();
  return loaded;
}

}  // namespace command
