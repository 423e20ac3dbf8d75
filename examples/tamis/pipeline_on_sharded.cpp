#include <tamis/sharded/row_of.hpp>
#include <tamis/sharded/shard.hpp>
#include <tamis/sharded/thread_communicator.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "pipeline_on.hpp"

namespace command {

namespace {

using tamis::sharded::ThreadCommunicator;

/// What the ranks, each a thread with its part of the row, find together; that of the first.
tamis::Distribution on_ranks(int count, const tamis::Pipeline& pipeline,
                             std::span<const float> logits, std::span<const tamis::TokenId> prompt,
                             std::span<const tamis::TokenId> generated, std::uint64_t seed) {
  ThreadCommunicator::Group group(count);
  tamis::Distribution first;
  const auto run = [&](int rank) {
    ThreadCommunicator communicator(group, rank);
    auto shard = tamis::sharded::Shard<ThreadCommunicator>::even(communicator,
                                                                 static_cast<int>(logits.size()));
    if (!shard) return;
    const auto make_row = [&](std::span<const float> z, tamis::Stream stream, tamis::Facts facts) {
      const auto mine = z.subspan(static_cast<std::size_t>(shard->first()),
                                  static_cast<std::size_t>(shard->count()));
      return tamis::sharded::RowOf<ThreadCommunicator>(*shard, mine, stream, facts);
    };
    auto left = pipeline.distribution(logits, prompt, generated, seed, make_row);
    if (rank == 0 && !shard->error()) first = std::move(left);
  };
  std::vector<std::jthread> others;
  for (int rank = 1; rank < count; ++rank) others.emplace_back(run, rank);
  run(0);
  return first;
}

template <int Ranks>
tamis::Distribution on_sharded(const tamis::Pipeline& pipeline, std::span<const float> logits,
                               std::span<const tamis::TokenId> prompt,
                               std::span<const tamis::TokenId> generated, std::uint64_t seed) {
  return on_ranks(Ranks, pipeline, logits, prompt, generated, seed);
}

}  // namespace

tamis::Result<PipelineOn> pipeline_on_sharded(int ranks) {
  constexpr PipelineOn on[] = {on_sharded<1>, on_sharded<2>, on_sharded<3>, on_sharded<4>,
                               on_sharded<5>, on_sharded<6>, on_sharded<7>, on_sharded<8>};
  if (ranks < 1 || ranks > 8)
    return tamis::Error{"--ranks is " + std::to_string(ranks) + "; it must be from 1 to 8"};
  return on[ranks - 1];
}

}  // namespace command
