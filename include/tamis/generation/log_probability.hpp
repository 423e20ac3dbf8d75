#pragma once

/// \file log_probability.hpp
/// How likely a token was that has been drawn.

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "../backends/row_of.hpp"
#include "../core/chain.hpp"
#include "../core/distribution.hpp"
#include "../core/math.hpp"
#include "../core/types.hpp"
#include "../sampler.hpp"

namespace tamis {

namespace detail {

/// Draws this token, whatever its logit.
struct TheOne {
  TokenId id;
  constexpr auto score(const auto& at) const {
    return select(at.id() == static_cast<float>(id), 1.0f, masked);
  }
};

/// Keeps so many of the likeliest tokens, and those that tie with the last of them.
struct TheFirst {
  unsigned count;
  constexpr unsigned rank() const { return count; }
};

}  // namespace detail

/// How likely a drawn token was, in nats: what was asked for, and nothing else.
struct LogProbability {
  /// A token that could have come.
  struct Candidate {
    TokenId token;
    double log_probability;

    bool operator==(const Candidate&) const = default;
  };

  std::optional<double> processed;  ///< in what it was drawn from: after biases, bans, policies
  std::optional<double> raw;        ///< in the softmax of the model's logits
  /// The likeliest tokens of each, falling; of equals the least id first.
  std::vector<Candidate> processed_top = {}, raw_top = {};

  /// ln p of a token in a distribution, and the `top` likeliest, or all if it has fewer.
  void set_processed(TokenId token, const Distribution& distribution, std::size_t top = 0) {
    processed = distribution.log_probability(token);
    processed_top.clear();
    for (const auto& kept : first(distribution, top))
      processed_top.push_back({kept.id, distribution.log_probability(kept.id)});
  }

  /// The same in the softmax of a model's logits, [vocab_size].
  template <class Logits>
  void set_raw(TokenId token, const Logits& logits, std::size_t top = 0) {
    auto row = row_of(logits, Stream{});
    const auto sums = row.template survey<need_max | need_total>(detail::Raw{}, 0);
    const double log_sum = static_cast<float>(sums.log_sum());
    raw = logit_of(token, logits) - log_sum;
    raw_top.clear();
    if (top == 0) return;
    auto again = row_of(logits, Stream{});
    const Sampler front{detail::TheFirst{static_cast<unsigned>(top)}};
    for (const auto& kept : first(front.distribution(again), top))
      raw_top.push_back({kept.id, kept.logit - log_sum});
  }

 private:
  template <class Logits>
  static double logit_of(TokenId token, const Logits& logits) {
    if constexpr (std::convertible_to<const Logits&, std::span<const float>>) {
      return std::span<const float>(logits)[static_cast<std::size_t>(token)];
    } else {
      auto row = row_of(logits, Stream{});
      return Sampler{detail::TheOne{token}}(row).logit;
    }
  }

  static std::vector<Distribution::Kept> first(const Distribution& distribution,
                                               std::size_t count) {
    if (count == 0) return {};
    std::vector<Distribution::Kept> kept = distribution.kept();
    std::sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) {
      return a.logit > b.logit || (a.logit == b.logit && a.id < b.id);
    });
    if (kept.size() > count) kept.resize(count);
    return kept;
  }
};

}  // namespace tamis
