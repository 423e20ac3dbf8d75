#pragma once

#include <span>

#include "../core/types.hpp"
#include "language_model.hpp"
#include "memory.hpp"

namespace tamis {

/// Stands where a PrefixCache would, for prompts that have nothing in common.
struct NoPrefixes {
  template <LanguageModel M>
  Memory<M> recall(M& model, std::span<const TokenId>) const {
    return Memory<M>(model);
  }
  template <LanguageModel M>
  void keep(const Memory<M>&) const {}
};

}  // namespace tamis
