#pragma once

#include <tuple>
#include <vector>

#include "../core/types.hpp"
#include "generation_options.hpp"

namespace tamis {

/// What a Batch is asked for: a prompt, and one or several continuations of it.
template <class S, class Sources = std::tuple<>>
struct BatchRequest {
  std::vector<TokenId> prompt;
  S sampler;
  GenerationOptions options = {};
  Sources sources = {};
  /// So many continuations; the prompt is read once. Continuation k has the seed
  /// sequence_seed(options.seed, k), and is what generate() makes with that seed.
  int sequences = 1;
};

}  // namespace tamis
