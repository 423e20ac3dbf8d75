#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "../backends/row_of.hpp"
#include "../core/result.hpp"
#include "../core/sequence.hpp"
#include "../core/types.hpp"
#include "draft.hpp"
#include "language_model.hpp"
#include "memory.hpp"
#include "push_all.hpp"

namespace tamis {

/// A draft model: a smaller model of the same vocabulary, which drafts by the target's sampler.
///
///     auto drafter = DraftModel<Llama>::of(small, large.vocab_size());
///     auto made = generate_speculative(large, memory, tokenizer, sampler, prompt, *drafter);
///
/// It draws by the target's noise where a token must be what the target draws, and by noise of its
/// own for rejection. The sources, if given, speak to the draft as they do to the target: without
/// them more is rejected, and nothing is wrong. One for a request at a time; a later one takes over
/// what the model has read.
template <LanguageModel M, class Sources = std::tuple<>>
class DraftModel {
 public:
  /// The model must outlive this. An error if its vocabulary is not of the size of the target's;
  /// whether the tokens are the same, see same_vocabulary().
  static Result<DraftModel> of(M& model, TokenId target_vocab_size, Sources sources = {}) {
    if (static_cast<TokenId>(model.vocab_size()) != target_vocab_size)
      return Error{"the draft model has a vocabulary of " + std::to_string(model.vocab_size()) +
                   " tokens, and the model that it drafts for one of " +
                   std::to_string(target_vocab_size) + "; a draft model must have the same tokens"};
    return DraftModel(model, std::move(sources));
  }

  template <class S>
  Draft draft(const Sequence& sequence, const S& sampler, std::size_t count,
              Acceptance acceptance) {
    Draft draft;
    if constexpr (requires { model_->context_size(); }) {
      const auto context = static_cast<std::size_t>(model_->context_size());
      count = std::min(count, context - std::min(context, sequence.size()));
    }
    if (count == 0) return draft;
    follow(sequence);
    S own = sampler;
    auto logits = memory_.read(*model_, sequence_->tokens());
    for (;;) {
      const TokenId token = draw(logits, own, acceptance, draft);
      if (token < 0) break;
      draft.tokens.push_back(token);
      if (draft.tokens.size() == count) break;
      sequence_->append(token);
      logits = memory_.append(*model_, std::span(&draft.tokens.back(), 1));
    }
    return draft;
  }

 private:
  DraftModel(M& model, Sources sources)
      : model_(&model), memory_(model), pristine_(std::move(sources)) {}

  /// Makes the draft's sequence the target's: by going back to where they part, so that sources and
  /// counts do.
  void follow(const Sequence& sequence) {
    const auto theirs = sequence.tokens();
    const bool same =
        sequence_ && sequence_->prompt().size() == sequence.prompt().size() &&
        sequence_->stream().seed == sequence.stream().seed &&
        std::equal(sequence.prompt().begin(), sequence.prompt().end(), sequence_->prompt().begin());
    if (!same) {
      sequence_ = sequence;
      sequence_->set_allowed({});  // the target's guide spoke of one token
      sources_ = pristine_;
      return;
    }
    const auto ours = sequence_->tokens();
    const auto parting =
        std::mismatch(ours.begin(), ours.end(), theirs.begin(), theirs.end()).second;
    sequence_->rewind(static_cast<std::size_t>(parting - theirs.begin()));
    for (auto token = parting; token != theirs.end(); ++token) sequence_->append(*token);
  }

  /// The next token of the draft; -1 if there is none.
  template <class Logits, class S>
  TokenId draw(const Logits& logits, S& sampler, Acceptance acceptance, Draft& draft) {
    sequence_->clear_passing();
    push_all(*sources_, *sequence_);
    Stream stream = sequence_->stream();
    if (acceptance == Acceptance::rejection) stream.seed ^= own_noise;
    auto row = row_of(logits, stream, sequence_->facts());
    Distribution distribution;
    if constexpr (requires { sampler.distribution(row); }) {
      if (acceptance == Acceptance::rejection) distribution = sampler.distribution(row);
    }
    if (distribution.fault() != Fault::none) return -1;
    auto again = row_of(logits, stream, sequence_->facts());
    const Choice choice = sampler(again);
    if (choice.fault == Fault::none && acceptance == Acceptance::rejection)
      draft.distributions.push_back(std::move(distribution));
    return choice.fault == Fault::none ? choice.token : -1;
  }

  static constexpr std::uint64_t own_noise = 0xA0761D6478BD642F;  // another seed is other noise

  M* model_;
  Memory<M> memory_;
  Sources pristine_;
  std::optional<Sources> sources_;
  std::optional<Sequence> sequence_;
};

}  // namespace tamis
