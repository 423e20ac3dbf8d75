#pragma once

/// \file draw_counts.hpp
/// How often a sampler drew each token.

#include <cstdint>
#include <span>
#include <vector>

#include "../core/types.hpp"

namespace tamis::testing {

/// How often each token was drawn: what the statistical tests look at.
struct DrawCounts {
  std::vector<std::uint64_t> of_token;  ///< [vocab_size]
  std::uint64_t strays = 0;  ///< draws of an id that is no token: below 0 or not below vocab_size

  DrawCounts() = default;
  explicit DrawCounts(std::size_t vocab_size) : of_token(vocab_size) {}

  /// Counts all of `tokens`, the ids drawn from one distribution over `vocab_size` tokens.
  DrawCounts(std::span<const TokenId> tokens, std::size_t vocab_size) : of_token(vocab_size) {
    for (const TokenId token : tokens) add(token);
  }

  void add(TokenId token) {
    const auto index = static_cast<std::size_t>(token);
    if (token < 0 || index >= of_token.size())
      ++strays;
    else
      ++of_token[index];
  }

  /// The number of draws, strays included.
  std::uint64_t total() const {
    std::uint64_t sum = strays;
    for (const std::uint64_t count : of_token) sum += count;
    return sum;
  }
};

}  // namespace tamis::testing
