#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "../core/early_stopping.hpp"
#include "beam_hypothesis.hpp"
#include "beam_options.hpp"

namespace tamis {

/// The finished sequences of a group of beams, the best of them, and whether it is worth to go on.
///
/// Source: `_update_finished_beams` and `_check_early_stop_heuristic` of HF transformers 4.55.
class BeamPool {
 public:
  /// \param longest  how many new tokens a sequence can have
  BeamPool(const BeamOptions& options, std::size_t longest)
      : capacity_(options.finished_per_group()),
        length_penalty_(options.length_penalty),
        early_stopping_(options.early_stopping),
        longest_(longest) {}

  /// The score of a sequence of `tokens` new tokens, one or more.
  double score(double sum, std::size_t tokens) const {
    return sum / std::pow(static_cast<double>(tokens), length_penalty_);
  }

  /// Keeps the sequence if it is among the best; its score is computed.
  void add(BeamHypothesis sequence) {
    sequence.score = score(sequence.sum, sequence.tokens.size());
    const auto at =
        std::upper_bound(finished_.begin(), finished_.end(), sequence.score,
                         [](double score, const BeamHypothesis& h) { return score > h.score; });
    if (at == finished_.end() && is_full()) return;
    finished_.insert(at, std::move(sequence));
    if (finished_.size() > capacity_) finished_.pop_back();
  }

  /// After a step: is over, if what runs cannot or need not do better. `best` is the greatest sum
  /// of log-probabilities of a beam that runs, of `tokens` new tokens.
  void judge(double best, std::size_t tokens) {
    if (!is_full()) return;
    const bool grows = early_stopping_ == EarlyStopping::never && length_penalty_ > 0;
    is_over_ = is_over_ || early_stopping_ == EarlyStopping::yes ||
               !(score(best, grows ? longest_ : tokens) > finished_.back().score);
  }

  void end() { is_over_ = true; }

  bool is_over() const { return is_over_; }
  bool is_full() const { return finished_.size() >= capacity_; }

  /// By falling score; of equals the first to finish.
  const std::vector<BeamHypothesis>& finished() const& { return finished_; }
  std::vector<BeamHypothesis> finished() && { return std::move(finished_); }

 private:
  std::size_t capacity_;
  double length_penalty_;
  EarlyStopping early_stopping_;
  std::size_t longest_;
  bool is_over_ = false;
  std::vector<BeamHypothesis> finished_;
};

}  // namespace tamis
