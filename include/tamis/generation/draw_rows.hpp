#pragma once

/// \file draw_rows.hpp
/// A batch: a token for each row of logits, by a sampler and a sequence of its own.

#include <cstddef>
#include <span>
#include <utility>

#include "../backends/row_of.hpp"
#include "../core/sequence.hpp"
#include "../core/types.hpp"

namespace tamis {

/// Does the rows one after the other, in the calling thread.
struct InTurn {
  void operator()(std::size_t count, auto&& draw_one) const {
    for (std::size_t i = 0; i < count; ++i) draw_one(i);
  }
};

/// Draws a token for each row of `logits`, [B, V], row after row without a gap.
///
/// Row b is drawn by `samplers[b]`, which may learn from it, with what `sequences[b]` knows of its tokens and with its
/// noise; the choice is `choices[b]`. A row that is not fit to draw from has its fault in its own choice and disturbs no
/// other. A token does not depend on the other rows, on their order or on threads. One sampler type serves the batch:
/// Standard, if the configurations differ.
///
/// \param for_each  `for_each(count, draw_one)` calls `draw_one(i)` once for each i below count, in any order and from
///                  any threads, and returns when all are done: OverThreads{workers}, the caller's pool, or InTurn
///
/// Requires that samplers, sequences and choices are B each, and that V * B is the size of `logits`.
template <class S, class ForEach = InTurn>
void draw_rows(std::span<const float> logits, std::span<S> samplers, std::span<const Sequence> sequences,
               std::span<Choice> choices, ForEach&& for_each = {}) {
  TAMIS_EXPECTS(samplers.size() == choices.size() && sequences.size() == choices.size());
  if (choices.empty()) return;
  TAMIS_EXPECTS(logits.size() % choices.size() == 0);
  const std::size_t vocab_size = logits.size() / choices.size();
  std::forward<ForEach>(for_each)(choices.size(), [=](std::size_t b) {
    auto row = row_of(logits.subspan(b * vocab_size, vocab_size), sequences[b].stream(), sequences[b].facts());
    choices[b] = samplers[b](row);
  });
}

}  // namespace tamis
