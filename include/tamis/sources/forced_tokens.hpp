#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "../core/sequence.hpp"

namespace tamis {

/// Forced tokens: at one length of the sequence nothing else may come.
///
/// By a bias that no logit can outweigh; or, where the logits are to become 0 as HF's do, by a push for the
/// policy Forced.
///
/// Source: ForcedBOSTokenLogitsProcessor (length 1), ForcedEOSTokenLogitsProcessor (max_length - 1) of HF.
class ForcedTokens {
 public:
  /// \param tokens  one of these comes
  /// \param length  when the sequence, prompt included, has this length
  /// \param slot    that the policy Forced reads; -1 for the bias
  ForcedTokens(std::vector<TokenId> tokens, std::size_t length, int slot = -1)
      : tokens_(std::move(tokens)), length_(length), slot_(slot) {}

  bool active(const Sequence& sequence) const { return sequence.size() == length_; }

  void push(Sequence& sequence) const {
    if (!active(sequence)) return;
    for (const TokenId id : tokens_) {
      if (slot_ < 0) sequence.add_bias(id, 1e30f);
      else sequence.add_push(id, slot_, 1.0f);
    }
  }

 private:
  std::vector<TokenId> tokens_;
  std::size_t length_;
  int slot_;
};

}  // namespace tamis
