#pragma once

/// \file distribution.hpp
/// What a sampler draws from: the tokens that its policies have kept, with their probabilities.

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "types.hpp"

namespace tamis {

/// The tokens left of a row, ids ascending, with probabilities that add up to 1.
class Distribution {
 public:
  struct Kept {
    TokenId id;
    double logit;        ///< after every policy
    double probability;  ///< e^logit over the sum of those kept
  };

  /// The tokens that are left; none if there is a fault.
  const std::vector<Kept>& kept() const& { return kept_; }
  std::vector<Kept> kept() && { return std::move(kept_); }
  Fault fault() const { return fault_; }

  /// ln p(id) in nats; minus infinity for a token that was dropped.
  double log_probability(TokenId id) const {
    const auto at = std::lower_bound(kept_.begin(), kept_.end(), id, [](const Kept& k, TokenId i) { return k.id < i; });
    return at != kept_.end() && at->id == id ? at->logit - log_sum_ : -HUGE_VAL;
  }

  /// In nats.
  double entropy() const {
    double sum = 0;
    for (const Kept& k : kept_) sum -= k.probability > 0 ? k.probability * std::log(k.probability) : 0;
    return sum;
  }

  /// For samplers to fill: tokens in the order of ids, then the end.
  void add(TokenId id, double logit) { kept_.push_back({id, logit, 0}); }
  void complete(Fault fault) {
    fault_ = fault != Fault::none ? fault : kept_.empty() ? Fault::all_masked : Fault::none;
    if (fault_ != Fault::none) return kept_.clear();
    double top = -HUGE_VAL, total = 0;
    for (const Kept& k : kept_) top = std::max(top, k.logit);
    for (Kept& k : kept_) total += k.probability = std::exp(k.logit - top);
    for (Kept& k : kept_) k.probability /= total;
    log_sum_ = top + std::log(total);
  }

 private:
  std::vector<Kept> kept_;
  double log_sum_ = 0;
  Fault fault_ = Fault::none;
};

}  // namespace tamis
