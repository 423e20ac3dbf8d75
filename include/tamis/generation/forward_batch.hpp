#pragma once

/// \file forward_batch.hpp
/// Several sequences go through a model together.

#include <cstddef>
#include <span>
#include <type_traits>

#include "../core/types.hpp"
#include "language_model.hpp"

namespace tamis {

/// The tokens by which one sequence of a batch grows, one or more. The cache stays the caller's.
template <class M>
struct BatchEntry {
  typename M::Cache* cache;
  std::span<const TokenId> ids;
};

namespace detail {

struct IgnoredLogits {
  template <class Logits>
  void operator()(std::size_t, const Logits&) const {}
};

}  // namespace detail

/// A model that takes several sequences through its layers at once.
///
///   model.forward_batch(entries, visit)   appends each entry's ids to its cache, and calls
///                                         visit(b, logits) for each b, in order
///
/// Laws. The logits and the caches are those of one forward after the other. The logits,
/// [vocab_size], are valid during the call of visit.
template <class M>
concept BatchModel = LanguageModel<M> &&
    requires(M& model, std::span<const BatchEntry<M>> entries) {
  model.forward_batch(entries, detail::IgnoredLogits{});
};

/// Appends entries[b].ids to *entries[b].cache for each b, and calls visit(b, logits) with the
/// logits of the token after the last, [vocab_size], in order of b; they are valid during the call.
/// The entries are of any lengths. Each cache may occur once.
///
/// All at once if the model is a BatchModel, otherwise one after the other: the logits are the
/// same. What forward() answers to ids that it does not take, such as empty logits, visit is given.
template <LanguageModel M, class Visit>
void forward_batch(M& model, std::type_identity_t<std::span<const BatchEntry<M>>> entries,
                   Visit&& visit) {
  if constexpr (BatchModel<M>) {
    model.forward_batch(entries, visit);
  } else {
    for (std::size_t b = 0; b < entries.size(); ++b)
      visit(b, model.forward(*entries[b].cache, entries[b].ids));
  }
}

}  // namespace tamis
