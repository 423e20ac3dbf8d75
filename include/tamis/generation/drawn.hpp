#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "../backends/row_of.hpp"
#include "../core/distribution.hpp"
#include "../core/sequence.hpp"
#include "../core/types.hpp"
#include "generation_options.hpp"
#include "log_probability.hpp"

namespace tamis {

/// A token drawn, and what was asked to be noted of it.
struct Drawn {
  Choice choice;
  LogProbability log_probability = {};
  std::vector<TokenId> kept = {};

  /// Draws from a row of logits, with what the sequence knows of its tokens and with its noise.
  template <class S, class Logits>
  static Drawn of(S&& sampler, const Logits& logits, const Sequence& sequence,
                  const GenerationOptions& options) {
    const auto row = [&] { return row_of(logits, sequence.stream(), sequence.facts()); };
    const auto top = static_cast<std::size_t>(options.top_log_probabilities);
    constexpr bool distributes = requires {
      sampler.distribution(std::declval<decltype(row())&>());
    };
    std::optional<Distribution> processed;
    if constexpr (distributes) {
      // First: the draw may teach the sampler.
      if (options.log_probabilities || options.kept_tokens) {
        auto executor = row();
        processed = sampler.distribution(executor);
      }
    }
    auto executor = row();
    Drawn drawn{sampler(executor)};
    if (drawn.choice.fault != Fault::none) return drawn;
    const TokenId token = drawn.choice.token;
    if (options.log_probabilities) {
      if (processed)
        drawn.log_probability.set_processed(token, *processed, top);
      else
        drawn.log_probability.processed = -drawn.choice.surprise;
    }
    if (options.raw_log_probabilities) drawn.log_probability.set_raw(token, logits, top);
    if (options.kept_tokens && processed)
      for (const auto& kept : processed->kept()) drawn.kept.push_back(kept.id);
    return drawn;
  }
};

}  // namespace tamis
