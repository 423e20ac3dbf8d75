#pragma once

/// \file draw.hpp
/// A token from a row that several processes share, or what has gone wrong between them.

#include "../core/facts.hpp"
#include "../core/philox.hpp"
#include "../core/result.hpp"
#include "../core/types.hpp"
#include "row_of.hpp"

namespace tamis::sharded {

/// Draws one token; every rank calls it, and gets the same. A row that is not fit to draw from is a fault of the choice;
/// an error is said where the ranks could not speak to each other, and from then on each time.
///
/// \param sampler  a Sampler, with the same parameters on every rank; those of its policies that learn do so
/// \param logits   of the shard's tokens, [count]: a span of float, Float16 or BFloat16
/// \param facts    of the whole vocabulary, the same on every rank
template <Communicator C, class S, class Logits>
Result<Choice> draw(Shard<C>& shard, S& sampler, const Logits& logits, Stream stream, Facts facts = {}) {
  RowOf<C> row(shard, logits, stream, facts);
  const Choice choice = sampler(row);
  if (shard.error()) return *shard.error();
  return choice;
}

}  // namespace tamis::sharded
