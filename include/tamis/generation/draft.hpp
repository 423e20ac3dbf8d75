#pragma once

/// \file draft.hpp
/// A guess at how a sequence goes on, and who makes one.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/distribution.hpp"
#include "../core/sequence.hpp"
#include "../core/types.hpp"

namespace tamis {

/// By which rule a drafted token is accepted. Both are exact: the text is distributed as without
/// drafts.
enum class Acceptance : std::uint8_t {
  /// The target draws at each place by the noise of that place, and a drafted token is accepted if
  /// it is what the target
  /// draws: the tokens are the same as without drafts.
  shared_noise,
  /// A drafted token is accepted with probability min(1, p/q), and else another is drawn from
  /// max(0, p - q): as many are
  /// accepted as can be, \f$ \sum \min(p, q) \f$ of each. Other tokens than without drafts, equally
  /// distributed.
  ///
  /// Source: Leviathan, Kalman, Matias, "Fast inference from transformers via speculative
  /// decoding", ICML 2023; Chen et
  /// al., "Accelerating large language model decoding with speculative sampling", 2023.
  rejection,
};

/// Tokens that may come next.
struct Draft {
  std::vector<TokenId> tokens = {};
  /// What each was drawn from; none, if the tokens are certain, as a point mass is.
  std::vector<Distribution> distributions = {};
};

/// What makes drafts.
///
///   drafter.draft(sequence, sampler, count, acceptance)   a Draft of at most `count` tokens after
///   those of the sequence
///
/// `sampler` is the target's as it is now; a drafter draws by a copy, and lets that learn. It may
/// make no draft.
///
/// Laws. For rejection: each token is drawn from the distribution that comes with it, by noise that
/// the target does not use; and that distribution depends on the tokens before it alone.
template <class D, class S>
concept Drafter = requires(D& drafter, const Sequence& sequence, const S& sampler,
                           std::size_t count, Acceptance acceptance) {
  { drafter.draft(sequence, sampler, count, acceptance) } -> std::same_as<Draft>;
};

}  // namespace tamis
