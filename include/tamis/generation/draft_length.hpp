#pragma once

#include <algorithm>
#include <cstddef>

namespace tamis {

/// Draft length: how many tokens to draft next, from how the drafts before have fared. It grows by
/// two when all were accepted and shrinks by one when not, as HF's heuristic does, but not below
/// what the last draft would have been right with. It asks no clock, so that a request gives the
/// same tokens every time.
///
/// Source: `num_assistant_tokens_schedule = "heuristic"` of HF's `AssistedCandidateGenerator`.
class DraftLength {
 public:
  /// \param most      never more than this
  /// \param adaptive  if not, always this many
  explicit DraftLength(std::size_t most, bool adaptive = true)
      : greatest_(most), adaptive_(adaptive), next_(adaptive ? std::min(most, first) : most) {}

  std::size_t next() const { return next_; }

  /// A draft of `proposed` tokens, one or more, of which the first `accepted` were right.
  void observe(std::size_t proposed, std::size_t accepted) {
    if (!adaptive_ || proposed == 0) return;
    if (accepted == proposed)
      next_ = std::min(greatest_, next_ + 2);
    else
      next_ = std::min(greatest_, std::max({std::size_t{1}, next_ - 1, accepted}));
  }

 private:
  static constexpr std::size_t first = 4;

  std::size_t greatest_;
  bool adaptive_;
  std::size_t next_;
};

}  // namespace tamis
