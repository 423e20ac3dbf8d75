#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "../core/sequence.hpp"

namespace tamis {

/// No-repeat n-gram: bans every token that would complete an n-gram that is already in the sequence.
///
/// Keeps an index from each n - 1 tokens to where they stood, extended as the sequence grows.
/// Source: NoRepeatNGramLogitsProcessor of HF; Paulus, Xiong, Socher, "A deep reinforced model for abstractive
/// summarization", ICLR 2018, section 2.5.
class NoRepeatNgram {
 public:
  /// Requires n >= 1; 1 bans every token seen.
  explicit NoRepeatNgram(std::size_t n) : n_(n) {}

  void push(Sequence& sequence) {
    const auto tokens = sequence.tokens();
    for (const std::size_t kept = sequence.unchanged(read_, rewinds_); read_ > kept;) {
      if (--read_ + 1 >= n_) ends_[keys_.back()].pop_back(), keys_.pop_back();
    }
    for (; read_ < tokens.size(); ++read_) {
      if (read_ + 1 < n_) continue;
      keys_.push_back(key(tokens, read_));
      ends_[keys_.back()].push_back(read_);
    }
    if (tokens.size() + 1 < n_) return;
    const auto found = ends_.find(key(tokens, tokens.size()));
    if (found == ends_.end()) return;
    const auto now = tokens.last(n_ - 1);
    for (const std::size_t end : found->second) {
      if (std::ranges::equal(tokens.subspan(end + 1 - n_, n_ - 1), now)) sequence.add_bias(tokens[end], masked);
    }
  }

 private:
  /// A hash of the n - 1 tokens before `end` (FNV-1a).
  std::uint64_t key(std::span<const TokenId> tokens, std::size_t end) const {
    std::uint64_t h = 14695981039346656037u;
    for (std::size_t i = end + 1 - n_; i < end; ++i) h = (h ^ static_cast<std::uint32_t>(tokens[i])) * 1099511628211u;
    return h;
  }

  std::size_t n_, read_ = 0, rewinds_ = 0;
  std::vector<std::uint64_t> keys_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> ends_;  ///< places of the last token of an n-gram
};

}  // namespace tamis
