#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "../core/sequence.hpp"

namespace tamis {

/// Forced tokens: at one length of the sequence nothing else may come. For the policy Forced.
///
/// Source: ForcedBOSTokenLogitsProcessor (length 1), ForcedEOSTokenLogitsProcessor (max_length - 1) of HF.
class ForcedTokens {
 public:
  /// \param tokens  one of these comes
  /// \param length  when the sequence, prompt included, has this length
  /// \param slot    that the policy Forced reads
  ForcedTokens(std::vector<TokenId> tokens, std::size_t length, int slot = 2)
      : tokens_(std::move(tokens)), length_(length), slot_(slot) {}

  bool active(const Sequence& sequence) const { return sequence.size() == length_; }

  void push(Sequence& sequence) const {
    if (!active(sequence)) return;
    for (const TokenId id : tokens_) sequence.add_push(id, slot_, 1.0f);
  }

 private:
  std::vector<TokenId> tokens_;
  std::size_t length_;
  int slot_;
};

}  // namespace tamis
