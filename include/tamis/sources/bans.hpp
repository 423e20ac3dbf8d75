#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "../core/sequence.hpp"

namespace tamis {

/// Bans: tokens that cannot come while the sequence is within certain lengths.
///
/// One source for what has several names: end tokens before a least length (`min_length` counts the prompt,
/// `min_new_tokens` does not), and tokens that may not begin the output.
/// Source: MinLengthLogitsProcessor, MinNewTokensLengthLogitsProcessor, SuppressTokensAtBeginLogitsProcessor of HF.
class Bans {
 public:
  /// \param tokens  what is banned
  /// \param from,to the lengths, prompt included, at which it is: from <= size < to
  Bans(std::vector<TokenId> tokens, std::size_t from, std::size_t to)
      : tokens_(std::move(tokens)), from_(from), to_(to) {}

  void push(Sequence& sequence) const {
    if (sequence.size() < from_ || sequence.size() >= to_) return;
    for (const TokenId id : tokens_) sequence.add_bias(id, masked);
  }

 private:
  std::vector<TokenId> tokens_;
  std::size_t from_, to_;
};

}  // namespace tamis
