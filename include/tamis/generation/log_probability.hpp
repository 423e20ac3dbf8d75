#pragma once

/// \file log_probability.hpp
/// How likely a token was that has been drawn.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "../core/distribution.hpp"
#include "../core/types.hpp"

namespace tamis {

/// How likely a drawn token was, in nats: what was asked for, and nothing else.
struct LogProbability {
  /// A token that could have come.
  struct Candidate {
    TokenId token;
    double log_probability;

    bool operator==(const Candidate&) const = default;
  };

  std::optional<double>
      processed;              ///< ln p in what it was drawn from: after biases, bans and policies
  std::optional<double> raw;  ///< ln p in the softmax of the model's logits
  std::vector<Candidate> processed_top =
      {};  ///< the likeliest, falling; least id first among equals
  std::vector<Candidate> raw_top = {};

  /// The `count` likeliest tokens of a distribution, or all if it has fewer.
  static std::vector<Candidate> likeliest(const Distribution& distribution, std::size_t count) {
    auto kept = distribution.kept();
    count = std::min(count, kept.size());
    const auto end = kept.begin() + static_cast<std::ptrdiff_t>(count);
    std::partial_sort(kept.begin(), end, kept.end(), [](const auto& a, const auto& b) {
      return a.logit != b.logit ? a.logit > b.logit : a.id < b.id;
    });
    std::vector<Candidate> top;
    for (auto at = kept.begin(); at != end; ++at)
      top.push_back({at->id, distribution.log_probability(at->id)});
    return top;
  }
};

}  // namespace tamis
