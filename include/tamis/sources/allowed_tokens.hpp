#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "../core/sequence.hpp"

namespace tamis {

/// Allowed tokens: nothing else may ever come.
///
/// Source: `allowed_token_ids` of vLLM; PrefixConstrainedLogitsProcessor of HF with a constant set.
class AllowedTokens {
 public:
  /// \param vocab_size  how many tokens there are; ids beyond are left out
  AllowedTokens(std::span<const TokenId> tokens, std::size_t vocab_size) : words_((vocab_size + 31) / 32) {
    for (const TokenId id : tokens) {
      const auto at = static_cast<std::size_t>(id);
      if (id >= 0 && at < vocab_size) words_[at / 32] |= std::uint32_t{1} << (at % 32);
    }
  }

  /// Once is enough: what is allowed lasts.
  void push(Sequence& sequence) {
    if (!words_.empty()) sequence.set_allowed(std::exchange(words_, {}));
  }

 private:
  std::vector<std::uint32_t> words_;
};

}  // namespace tamis
