#pragma once

/// \file model_capabilities.hpp
/// What a model can do beyond reading on, which some strategies need.
///
///   ForkingModel     copies of a cache go their own ways: beams, several answers to one prompt
///   RewindingModel   a cache can forget its last tokens: drafts, bans, turns of a chat; without it
///                    a text is read again
///   BatchModel       several sequences at once (forward_batch.hpp); without it they take turns

#include <concepts>

#include "language_model.hpp"

namespace tamis {

template <class M>
concept ForkingModel = LanguageModel<M> && std::copyable<typename M::Cache>;

/// `cache.rewind(n)` forgets all but the first n tokens. A cache that cannot always do so has
/// `check_rewind(n)`, true if it can.
template <class M>
concept RewindingModel = LanguageModel<M> && requires(typename M::Cache& cache) {
  cache.rewind(0);
};

}  // namespace tamis
