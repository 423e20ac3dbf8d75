#pragma once

/// \file source.hpp
/// What a sequence says about the next token: biases, bans, pushes.

#include <concepts>
#include <cstddef>
#include <span>
#include <string>

#include "../core/sequence.hpp"

namespace tamis {

/// A source looks at the tokens so far and speaks of some tokens that may come next.
///
///   source.push(sequence)   adds biases and pushes to the sequence, for the next step: see
///                           Sequence::add_bias, add_push; called once a step, before the draw
///
/// Laws. It depends on the tokens of the sequence alone, whatever was appended and rewound to get there.
/// The cost of a step grows with the tokens it speaks of and those appended since, not with the history.
template <class S>
concept Source = requires(S source, Sequence& sequence) { source.push(sequence); };

/// A source that can tell of a draft, before a model has read it, what of it cannot come.
///
///   source.admits(sequence, draft)   how many of the draft's tokens, one after the other from the first, may follow
///
/// Laws. A token that it does not admit is one that push() rules out there.
template <class S>
concept AdmittingSource = Source<S> && requires(S source, const Sequence& sequence, std::span<const TokenId> draft) {
  { source.admits(sequence, draft) } -> std::same_as<std::size_t>;
};

/// A source that may leave the text no choice.
///
///   source.forced_bytes(sequence)   the bytes that the text must go on with, in whatever tokens; often none
template <class S>
concept ForcingSource = Source<S> && requires(S source, const Sequence& sequence) {
  { source.forced_bytes(sequence) } -> std::same_as<std::string>;
};

}  // namespace tamis
