#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "../core/sequence.hpp"

namespace tamis {

/// Prefix-allowed tokens: after each text only the tokens may come that a function names.
///
///     PrefixAllowedTokens guided(model.vocab_size(), [](std::span<const TokenId> tokens) {
///       return std::vector<TokenId>{...};
///     });
///
/// `allowed(tokens)` is given all tokens so far, the prompt's too, and returns a range of token
/// ids; those beyond the vocabulary are left out. Where it returns none, the text has no
/// continuation.
///
/// Source: `prefix_allowed_tokens_fn`, PrefixConstrainedLogitsProcessor of HF.
template <class F>
class PrefixAllowedTokens {
 public:
  PrefixAllowedTokens(TokenId vocab_size, F allowed)
      : vocab_size_(vocab_size), allowed_(std::move(allowed)) {}

  void push(Sequence& sequence) {
    std::vector<std::uint32_t> words((static_cast<std::size_t>(vocab_size_) + 31) / 32);
    for (const TokenId id : allowed_(sequence.tokens())) {
      if (id < 0 || id >= vocab_size_) continue;
      const auto at = static_cast<std::size_t>(id);
      words[at / 32] |= std::uint32_t{1} << (at % 32);
    }
    sequence.set_allowed(std::move(words));
  }

 private:
  TokenId vocab_size_;
  F allowed_;
};

}  // namespace tamis
