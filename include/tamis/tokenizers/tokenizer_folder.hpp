#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "../core/result.hpp"
#include "../io/mapped_file.hpp"
#include "bpe.hpp"
#include "bpe_from_json.hpp"
#include "tokenizer_settings.hpp"

namespace tamis {

/// The tokenizer of a model's folder, as HF keeps it: tokenizer.json; and, where they are,
/// tokenizer_config.json, chat_template.jinja and generation_config.json or config.json.
///
///     auto folder = TokenizerFolder::open("SmolLM2-135M-Instruct");
///     std::vector<TokenId> ids = folder->tokenizer.encode("Hello, world!");
struct TokenizerFolder {
  Bpe tokenizer;
  std::string chat_template;  ///< in the language Jinja; empty if there is none

  static Result<TokenizerFolder> open(const std::string& folder) {
    const std::filesystem::path inside(folder);
    const auto is_there = [&](const char* name) {
      std::error_code ignored;
      return std::filesystem::exists(inside / name, ignored);
    };
    const auto named = [&](const char* name) { return "'" + (inside / name).string() + "'"; };
    const auto file = [&](const char* name) { return MappedFile::open((inside / name).string()); };

    TokenizerSettings settings;
    if (is_there("tokenizer_config.json")) {
      const auto text = file("tokenizer_config.json");
      if (!text) return text.error();
      auto read = TokenizerSettings::read(view(*text), named("tokenizer_config.json"));
      if (!read) return read.error();
      settings = *std::move(read);
    }
    const char* generation =
        is_there("generation_config.json") ? "generation_config.json" : "config.json";
    if (is_there(generation)) {
      const auto text = file(generation);
      if (!text) return text.error();
      if (auto done = settings.add_ends(view(*text), named(generation)); !done) return done.error();
    }
    if (is_there("chat_template.jinja")) {
      const auto text = file("chat_template.jinja");
      if (!text) return text.error();
      settings.chat_template = view(*text);
    }
    std::string chat = settings.chat_template;
    const auto text = file("tokenizer.json");
    if (!text) return text.error();
    auto bpe = bpe_from_json(view(*text), named("tokenizer.json"), std::move(settings));
    if (!bpe) return bpe.error();
    return TokenizerFolder{*std::move(bpe), std::move(chat)};
  }

 private:
  static std::string_view view(const MappedFile& file) {
    return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
  }
};

}  // namespace tamis
