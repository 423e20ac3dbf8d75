#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "../core/types.hpp"

namespace tamis {

/// Sequences of tokens that end a generation.
class StopSequences {
 public:
  StopSequences() = default;
  /// \param sequences  none of them empty
  explicit StopSequences(std::vector<std::vector<TokenId>> sequences)
      : sequences_(std::move(sequences)) {}

  bool empty() const { return sequences_.empty(); }

  /// The length of the longest of them with which `tokens` end; 0 if there is none.
  std::size_t match(std::span<const TokenId> tokens) const {
    std::size_t longest = 0;
    for (const auto& sequence : sequences_)
      if (sequence.size() > longest && ends_with(tokens, sequence)) longest = sequence.size();
    return longest;
  }

  /// How many of the last tokens could go on to be one of them: the longest front of one.
  std::size_t front(std::span<const TokenId> tokens) const {
    std::size_t longest = 0;
    for (const std::span<const TokenId> sequence : sequences_)
      for (std::size_t length = std::min(sequence.size() - 1, tokens.size()); length > longest;
           --length)
        if (ends_with(tokens, sequence.first(length))) longest = length;
    return longest;
  }

 private:
  static bool ends_with(std::span<const TokenId> tokens, std::span<const TokenId> end) {
    return tokens.size() >= end.size() && std::equal(end.rbegin(), end.rend(), tokens.rbegin());
  }

  std::vector<std::vector<TokenId>> sequences_;
};

}  // namespace tamis
