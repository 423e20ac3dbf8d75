#pragma once

/// \file layered_model.hpp
/// A language model that shows what is inside of it.

#include <concepts>
#include <cstddef>
#include <span>

#include "../core/types.hpp"
#include "language_model.hpp"

namespace tamis {

namespace detail {

struct IgnoredHidden {
  void operator()(int, std::size_t, std::span<const float>) const {}
};

}  // namespace detail

/// A model of layers, with their hidden states.
///
///   model.layer_count()      n, how many layers there are
///   model.has_tied_output()  has the output head the numbers of the embedding?
///   model.forward_layers(cache, ids, layers, visit)
///                            appends ids and calls visit(layer, i, hidden) for each of the layers,
///                            rising numbers of 0, the embedding, to n, and each of the ids
///   model.logits_of_hidden(hidden)
///                            what the output head makes of a hidden state, [vocab_size]
///
/// Laws. The logits of the hidden state of layer n are those of forward(). A hidden state is valid
/// during the call of visit, logits are until the model is asked again.
template <class M>
concept LayeredModel = LanguageModel<M> &&
    requires(M& model, typename M::Cache& cache, std::span<const TokenId> ids,
             std::span<const int> layers, std::span<const float> hidden) {
  { model.layer_count() } -> std::convertible_to<int>;
  { model.has_tied_output() } -> std::convertible_to<bool>;
  model.forward_layers(cache, ids, layers, detail::IgnoredHidden{});
  { model.logits_of_hidden(hidden) } -> std::convertible_to<std::span<const float>>;
};

}  // namespace tamis
