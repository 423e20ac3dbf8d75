#pragma once

/// \file source.hpp
/// What a sequence says about the next token: biases, bans, pushes.

#include <concepts>

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

}  // namespace tamis
