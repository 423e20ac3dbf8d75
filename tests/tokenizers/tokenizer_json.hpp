#pragma once

/// \file tokenizer_json.hpp
/// A tokenizer.json made from a GGUF file, as HF's package writes it.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <tamis/io/gguf.hpp>
#include <vector>

/// The pre_tokenizer of a file whose words are GPT-2's.
inline nlohmann::json byte_level(bool use_regex = true) {
  return {{"type", "ByteLevel"},
          {"add_prefix_space", false},
          {"trim_offsets", true},
          {"use_regex", use_regex}};
}

/// The file for SmolLM2: its tokens and merges, those of the kind 3 as special added tokens.
inline nlohmann::json tokenizer_json_of(const tamis::Gguf& gguf) {
  using nlohmann::json;
  const auto tokens = *gguf.value<std::vector<std::string_view>>("tokenizer.ggml.tokens");
  const auto kinds = *gguf.value<std::vector<std::int32_t>>("tokenizer.ggml.token_type");
  const auto merges = *gguf.value<std::vector<std::string_view>>("tokenizer.ggml.merges");
  json vocabulary = json::object(), added = json::array(), pairs = json::array();
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    vocabulary[std::string(tokens[id])] = id;
    if (kinds[id] != 3) continue;
    added.push_back({{"id", id},
                     {"content", tokens[id]},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", true}});
  }
  for (const auto merge : merges) {
    const auto space = merge.find(' ');
    pairs.push_back({merge.substr(0, space), merge.substr(space + 1)});
  }
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens", added},
          {"normalizer", nullptr},
          {"pre_tokenizer", byte_level()},
          {"post_processor", byte_level()},
          {"decoder", byte_level()},
          {"model",
           {{"type", "BPE"},
            {"dropout", nullptr},
            {"unk_token", nullptr},
            {"continuing_subword_prefix", nullptr},
            {"end_of_word_suffix", nullptr},
            {"fuse_unk", false},
            {"byte_fallback", false},
            {"ignore_merges", false},
            {"vocab", vocabulary},
            {"merges", pairs}}}};
}
