#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "../core/sequence.hpp"
#include "../core/types.hpp"
#include "draft.hpp"
#include "suffix_automaton.hpp"

namespace tamis {

/// Prompt lookup: drafts what followed the last tokens when they occurred before, in the prompt or
/// in what was generated. The longest end of the sequence that has occurred is taken. Costs no
/// model, and pays where a text repeats itself or its prompt: editing, summaries, code.
///
///     PromptLookup lookup;
///     auto made = generate_speculative(model, memory, tokenizer, sampler, prompt, lookup);
///
/// Requires `least >= 1`: how many tokens must have occurred together; of fewer nothing is made.
/// Source: Saxena, "Prompt lookup decoding", 2023; `prompt_lookup_num_tokens` of HF.
class PromptLookup {
 public:
  explicit PromptLookup(std::size_t least = 2) : least_(std::max<std::size_t>(1, least)) {}

  template <class S>
  Draft draft(const Sequence& sequence, const S&, std::size_t count, Acceptance) {
    read(sequence.tokens());
    Draft draft;
    if (seen_.repeated() < least_) return draft;
    const auto from = tokens_.begin() + static_cast<std::ptrdiff_t>(seen_.follows());
    const auto there = static_cast<std::size_t>(tokens_.end() - from);
    draft.tokens.assign(from, from + static_cast<std::ptrdiff_t>(std::min(count, there)));
    while (draft.tokens.size() < count)  // it has overlapped itself, so it goes round and round
      draft.tokens.push_back(draft.tokens[draft.tokens.size() - there]);
    return draft;
  }

 private:
  void read(std::span<const TokenId> tokens) {
    const bool grown = tokens.size() >= tokens_.size() &&
                       std::equal(tokens_.begin(), tokens_.end(), tokens.begin());
    if (!grown) {
      tokens_.clear();
      seen_ = {};
    }
    for (const TokenId id : tokens.subspan(tokens_.size())) {
      tokens_.push_back(id);
      seen_.append(id);
    }
  }

  std::size_t least_;
  std::vector<TokenId> tokens_;
  SuffixAutomaton seen_;
};

}  // namespace tamis
