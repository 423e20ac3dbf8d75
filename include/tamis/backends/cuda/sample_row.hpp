#pragma once

/// \file sample_row.hpp
/// A row of a batch, by whatever team: what the kernels do, and threads of the host in the tests. This header needs no CUDA.

#include <cstddef>
#include <cstdint>

#include "../../config.hpp"
#include "../../core/facts.hpp"
#include "../../core/philox.hpp"
#include "../team.hpp"
#include "batch.hpp"
#include "layout.hpp"

namespace tamis::cuda {

/// The team's own memory: how many tokens may be gathered decides how much it is.
using OneBlock = team::BasicShared<4096, 1>;
using OfCluster = team::BasicShared<2048, 2048>;

namespace detail {

/// Counts a token in among the `size` that are listed, which all threads of the block do together. False if it is full.
template <class Team>
TAMIS_HD bool count_in(const Team& team, Occurrence* few, std::uint32_t& size, std::uint32_t capacity, TokenId token) {
  const auto place = static_cast<std::uint32_t>(place_of({few, size}, token));
  if (place < size && few[place].id == token) {
    team.sync();
    if (team.thread() == 0) ++few[place].output;
    return true;
  }
  if (size == capacity) return false;
  // The others move up, a block's width at a time from the end.
  const auto width = static_cast<std::uint32_t>(team.threads());
  for (std::uint32_t end = size; end > place; end = end > width + place ? end - width : place) {
    const auto me = static_cast<std::uint32_t>(team.thread());
    const bool moves = me < end - place && me < width;
    Occurrence one{};
    team.sync();
    if (moves) one = few[end - 1 - me];
    team.sync();
    if (moves) few[end - me] = one;
  }
  team.sync();
  if (team.thread() == 0) few[place] = Occurrence{token, 1, 0, 0, {}};
  ++size;
  return true;
}

}  // namespace detail

/// Draws from row `r` with the threads of a team, each of which calls this.
///
/// \param shared   the block's shared memory, which `layout` speaks of; `memory` is the team's own, at its beginning
/// \param sampler  the row's; each thread has a copy, in which it learns
/// \param learned  where the sampler is to be kept; may be null
template <bool Surprise, class Team, class Memory, class S, class T>
TAMIS_HD void sample_row(const Team& team, Memory& memory, unsigned char* shared, const Layout& layout, S sampler,
                         S* learned, const Batch<T>& batch, const Drawn& drawn, int r) {
  const std::uint64_t position = batch.positions ? batch.positions[r] : 0;
  const Stream stream{batch.seeds ? batch.seeds[r] : 0, position, batch.marks ? batch.marks[r] : 0};
  Facts facts;
  Occurrence* few = nullptr;
  std::uint32_t size = 0;
  if (batch.histories.few) {
    few = batch.histories.few + static_cast<std::size_t>(r) * batch.histories.capacity;
    size = batch.histories.sizes[r];
    if (size > batch.histories.capacity) size = batch.histories.capacity;
    facts.few = {few, size};
  }
  if (batch.allowed) facts.allowed = batch.allowed + r * batch.allowed_stride;
  if (batch.bias) facts.bias = batch.bias + r * batch.bias_stride;
  team::Room<T> room;
  if (layout.bit_count > 0) room.bits = reinterpret_cast<std::uint32_t*>(shared + layout.bits);
  room.bit_count = static_cast<int>(layout.bit_count);
  if (layout.logit_count > 0) room.logits = reinterpret_cast<T*>(shared + layout.logits);
  room.logit_count = static_cast<int>(layout.logit_count);

  const std::int64_t stride = batch.stride ? batch.stride : batch.vocab_size;
  team::RowOf<Team, T, Memory> row(team, memory, batch.logits + r * stride, batch.vocab_size, stream, facts, room);
  Choice choice;
  if constexpr (Surprise) choice = sampler.with_surprise(row);
  else choice = sampler(row);
  if constexpr (requires { sampler.learning(); }) {
    if (sampler.learning()) team.sync_all();  // what it learns by looking back is read from the facts by every block
  }

  // The last barrier of the cluster is behind; the first block writes.
  if (team.block() != 0) return;
  std::uint8_t fault = static_cast<std::uint8_t>(choice.fault);
  if (few && batch.histories.counts && choice.token >= 0) {
    if (!detail::count_in(team, few, size, batch.histories.capacity, choice.token)) fault = history_full;
    else if (team.thread() == 0) batch.histories.sizes[r] = size;
  }
  if (team.thread() != 0) return;
  if (drawn.tokens) drawn.tokens[r] = choice.token;
  if (drawn.wide_tokens) drawn.wide_tokens[r] = choice.token;
  if (drawn.log_probabilities) drawn.log_probabilities[r] = choice.token < 0 ? masked : -choice.surprise;
  if (drawn.kept) drawn.kept[r] = choice.token < 0 ? 0 : row.live();
  if (drawn.faults) drawn.faults[r] = fault;
  if (batch.positions && batch.advances && choice.token >= 0) batch.positions[r] = position + 1;
  if (learned) *learned = sampler;
}

}  // namespace tamis::cuda
