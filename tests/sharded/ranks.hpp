#pragma once

/// \file ranks.hpp
/// The same code on several threads, each a rank of one group.

#include <tamis/sharded/thread_communicator.hpp>
#include <thread>
#include <vector>

namespace ranks {

/// Calls f(communicator) on each rank, each on a thread of its own, and returns what they gave.
template <class F>
auto on_each(int size, F&& f) {
  using tamis::sharded::ThreadCommunicator;
  ThreadCommunicator::Group group(size);
  std::vector<decltype(f(std::declval<ThreadCommunicator&>()))> results(
      static_cast<std::size_t>(size));
  {
    std::vector<std::jthread> threads;
    for (int rank = 0; rank < size; ++rank)
      threads.emplace_back([&, rank] {
        ThreadCommunicator communicator(group, rank);
        results[static_cast<std::size_t>(rank)] = f(communicator);
      });
  }
  return results;
}

}  // namespace ranks
