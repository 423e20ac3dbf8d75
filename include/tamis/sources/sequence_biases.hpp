#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../core/sequence.hpp"

namespace tamis {

/// Sequence biases: adds to the logit of the token that would complete a given sequence of tokens; with minus
/// infinity, bad words.
///
/// The sequences are filed by the token before their last, so that a step looks only at those that may be
/// about to end. A sequence of one token is a lasting bias.
/// Source: SequenceBiasLogitsProcessor and NoBadWordsLogitsProcessor of HF.
class SequenceBiases {
 public:
  struct Entry {
    std::vector<TokenId> tokens;
    float bias;
  };

  explicit SequenceBiases(std::vector<Entry> entries) {
    for (Entry& e : entries) {
      if (e.tokens.size() == 1) single_.push_back(e);
      if (e.tokens.size() < 2) continue;
      by_last_[key(e.tokens[e.tokens.size() - 2])].push_back(longer_.size());
      longer_.push_back(std::move(e));
    }
  }

  void push(Sequence& sequence) const {
    for (const Entry& e : single_) sequence.add_bias(e.tokens[0], e.bias);
    if (sequence.size() == 0) return;
    const auto found = by_last_.find(key(sequence.tokens().back()));
    if (found == by_last_.end()) return;
    for (const std::size_t at : found->second) {
      const Entry& e = longer_[at];
      const std::size_t before = e.tokens.size() - 1;
      if (before > sequence.size()) continue;
      const auto last = sequence.tokens().last(before);
      if (std::equal(last.begin(), last.end(), e.tokens.begin())) sequence.add_bias(e.tokens.back(), e.bias);
    }
  }

 private:
  static std::uint64_t key(TokenId id) { return static_cast<std::uint32_t>(id); }

  std::vector<Entry> single_, longer_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> by_last_;  ///< the longer ones, by the token before their last
};

}  // namespace tamis
