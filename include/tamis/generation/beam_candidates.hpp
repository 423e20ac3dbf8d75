#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "../core/types.hpp"

namespace tamis {

/// The best of many ways to continue some beams: the first `count` by falling key. Of equal keys
/// those offered first stay, so that offering by beam and then by token prefers the least.
///
/// An offer that is not among the best so far costs one comparison.
class BeamCandidates {
 public:
  struct Candidate {
    std::size_t beam;
    TokenId token;
    double added;  ///< what the token adds to the score, in nats
    double score;  ///< the beam's with it
    double key;    ///< what they are ranked by: the score, or the score and noise
  };

  explicit BeamCandidates(std::size_t count = 0) : count_(count) { best_.reserve(count + 1); }

  void offer(const Candidate& one) {
    if (best_.size() == count_ && !(one.key > least_)) return;
    const auto at = std::upper_bound(best_.begin(), best_.end(), one.key,
                                     [](double key, const Candidate& c) { return key > c.key; });
    best_.insert(at, one);
    if (best_.size() > count_) best_.pop_back();
    least_ = best_.empty() ? least_ : best_.back().key;
  }

  /// The least key that an offer must exceed to stay; minus infinity while there is room.
  double least() const {
    return best_.size() < count_ ? -std::numeric_limits<double>::infinity() : least_;
  }

  /// By falling key.
  const std::vector<Candidate>& best() const { return best_; }

 private:
  std::size_t count_;
  double least_ = std::numeric_limits<double>::infinity();
  std::vector<Candidate> best_;
};

}  // namespace tamis
