#pragma once

/// \file bpe_from_gguf.hpp
/// The tokenizer of a model in a GGUF file.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../core/result.hpp"
#include "../io/gguf.hpp"
#include "bpe.hpp"
#include "known_ends.hpp"

namespace tamis {

namespace detail {

inline Result<SpecialTokens> special_tokens_of(const Gguf& gguf, const BpeParts& parts) {
  const std::string prefix = "tokenizer.ggml.";
  SpecialTokens special;
  TokenId turn_end = -1, message_end = -1;
  struct Named {
    std::string_view name;
    TokenId* id;
  };
  for (const Named& named :
       {Named{"bos", &special.begin}, Named{"eos", &special.end}, Named{"eot", &turn_end},
        Named{"eom", &message_end}, Named{"padding", &special.padding},
        Named{"unknown", &special.unknown}}) {
    const std::string key = prefix + std::string(named.name) + "_token_id";
    if (!gguf.has(key)) continue;
    const auto id = gguf.value<TokenId>(key);
    if (!id) return id.error();
    if (*id < 0 || static_cast<std::size_t>(*id) >= parts.tokens.size())
      return Error{"in " + gguf.name() + ", '" + key + "' is " + std::to_string(*id) +
                   "; the vocabulary has the ids 0 to " + std::to_string(parts.tokens.size() - 1)};
    *named.id = *id;
  }
  const auto needs_begin = gguf.value_or<bool>(prefix + "add_bos_token", false);
  if (!needs_begin) return needs_begin.error();
  special.needs_begin = *needs_begin && special.begin >= 0;
  for (const TokenId id : {special.end, turn_end, message_end})
    if (id >= 0) special.ends.push_back(id);
  add_known_ends(special, parts);
  return special;
}

}  // namespace detail

/// The tokenizer that a GGUF file describes. Of the tokenizers that GGUF knows, `gpt2` is read,
/// with the words of `smollm`, `gpt-2`, `llama-bpe` or `qwen2`; another is refused by its name, for
/// its tokens would be wrong. A `split` given here is used whatever the file says.
inline Result<Bpe> bpe_from_gguf(const Gguf& gguf, std::optional<WordSplit> split = std::nullopt) {
  const auto model = gguf.value<std::string_view>("tokenizer.ggml.model");
  if (!model) return model.error();
  if (*model != "gpt2")
    return Error{gguf.name() + " has a tokenizer of the kind '" + std::string(*model) +
                 "'; Tamis reads the kind 'gpt2', byte-level byte-pair encoding"};
  if (!split) {
    const auto name = gguf.value<std::string_view>("tokenizer.ggml.pre");
    if (!name) return name.error();
    split = word_split_of(*name);
    if (!split)
      return Error{gguf.name() + " divides text into words in the way '" + std::string(*name) +
                   "'; Tamis knows 'smollm', 'gpt-2', 'llama-bpe' and 'qwen2'"};
  }
  const auto tokens = gguf.value<std::vector<std::string_view>>("tokenizer.ggml.tokens");
  const auto kinds = gguf.value_or<std::vector<std::int32_t>>("tokenizer.ggml.token_type", {});
  const auto merges = gguf.value<std::vector<std::string_view>>("tokenizer.ggml.merges");
  if (!tokens) return tokens.error();
  if (!kinds) return kinds.error();
  if (!merges) return merges.error();

  BpeParts parts;
  parts.tokens = *tokens;
  parts.kinds = *kinds;
  parts.merges = *merges;
  parts.split = *split;
  parts.whole_words = *split == WordSplit::llama3;
  auto special = detail::special_tokens_of(gguf, parts);
  if (!special) return special.error();
  parts.special = *std::move(special);
  auto bpe = Bpe::of(parts);
  if (!bpe) return Error{"in the tokenizer of " + gguf.name() + ", " + bpe.error().message};
  return bpe;
}

}  // namespace tamis
