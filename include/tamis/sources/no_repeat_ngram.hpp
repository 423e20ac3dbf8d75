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
/// Keeps an index from each n - 1 tokens to what has followed them, extended as the sequence grows: a step asks only
/// about the tokens that it bans.
/// Source: NoRepeatNGramLogitsProcessor of HF; Paulus, Xiong, Socher, "A deep reinforced model for abstractive
/// summarization", ICLR 2018, section 2.5.
class NoRepeatNgram {
 public:
  /// Requires n >= 1; 1 bans every token seen.
  explicit NoRepeatNgram(std::size_t n) : n_(n) {}

  void push(Sequence& sequence) {
    const auto tokens = sequence.tokens();
    for (const std::size_t kept = sequence.unchanged(read_, rewinds_); read_ > kept;) {
      if (--read_ + 1 >= n_) forget_last();
    }
    for (; read_ < tokens.size(); ++read_) {
      if (read_ + 1 >= n_) note(tokens, read_);
    }
    if (tokens.size() + 1 < n_) return;
    const auto found = followers_.find(key(tokens, tokens.size()));
    if (found == followers_.end()) return;
    for (const std::size_t place : found->second) {
      if (same_before(tokens, place, tokens.size())) sequence.add_bias(tokens[place], masked);
    }
  }

 private:
  struct Noted {
    std::uint64_t key;
    bool is_new;  ///< no n-gram before was the same
  };

  /// Takes in the n-gram that ends at `place`.
  void note(std::span<const TokenId> tokens, std::size_t place) {
    const std::uint64_t h = key(tokens, place);
    auto& places = followers_[h];
    bool is_new = true;
    for (const std::size_t other : places) {
      if (tokens[other] == tokens[place] && same_before(tokens, other, place)) is_new = false;
    }
    if (is_new) places.push_back(place);
    noted_.push_back({h, is_new});
  }

  /// The places of a key are in the order in which they were noted, so the last is the one to go.
  void forget_last() {
    if (noted_.back().is_new) followers_[noted_.back().key].pop_back();
    noted_.pop_back();
  }

  /// Whether the n - 1 tokens before two places are the same.
  bool same_before(std::span<const TokenId> tokens, std::size_t a, std::size_t b) const {
    const auto before_a = tokens.first(a).last(n_ - 1), before_b = tokens.first(b).last(n_ - 1);
    return std::equal(before_a.begin(), before_a.end(), before_b.begin());
  }

  /// A hash of the n - 1 tokens before `end` (FNV-1a).
  std::uint64_t key(std::span<const TokenId> tokens, std::size_t end) const {
    std::uint64_t h = 14695981039346656037u;
    for (std::size_t i = end + 1 - n_; i < end; ++i) h = (h ^ static_cast<std::uint32_t>(tokens[i])) * 1099511628211u;
    return h;
  }

  std::size_t n_, read_ = 0, rewinds_ = 0;
  std::vector<Noted> noted_;                                             ///< of each n-gram, in order
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> followers_;  ///< where each different one first ended
};

}  // namespace tamis
