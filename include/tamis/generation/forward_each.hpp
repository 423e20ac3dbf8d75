#pragma once

#include <cstddef>
#include <span>

#include "../core/types.hpp"
#include "language_model.hpp"

namespace tamis {

/// Appends `ids` to the sequence in the cache, and calls `visit(i, logits)` for each i in order:
/// the logits, [vocab_size], of the token after ids[i], valid during the call.
///
/// Uses the model's own forward_each(cache, ids, visit) if it has one, and otherwise reads one
/// token after the other. The logits are the same.
template <LanguageModel M, class Visit>
void forward_each(M& model, typename M::Cache& cache, std::span<const TokenId> ids, Visit&& visit) {
  if constexpr (requires { model.forward_each(cache, ids, visit); }) {
    model.forward_each(cache, ids, visit);
  } else {
    for (std::size_t i = 0; i < ids.size(); ++i) visit(i, model.forward(cache, ids.subspan(i, 1)));
  }
}

}  // namespace tamis
