#pragma once

/// \file communicator.hpp
/// What the processes must be able to say to each other that share the vocabulary of one model.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "../core/result.hpp"

namespace tamis::sharded {

/// How the numbers of the ranks become one.
enum class Reduction { sum, max };

/// Several processes, or threads, that call the same operations in the same order.
///
///   rank(), size()               which of how many this is: 0 <= rank() < size()
///   all_gather(mine, all)        all[r] of every rank is what rank r gave as `mine`; all of one length, and `all` is
///                                size() times as long
///   all_reduce(numbers, how)     each number becomes the sum, modulo 2^64, or the maximum over the ranks
///   barrier()                    returns when every rank has called it
///
/// *Laws.* An operation that fails returns one sentence, and fails on every rank within a bounded time: none waits for ever
/// for a rank that is gone. After a failure every later operation fails at once.
template <class C>
concept Communicator = requires(C& c, const C& known, std::span<const std::byte> mine, std::span<std::byte> all,
                                std::span<std::uint64_t> numbers) {
  { known.rank() } -> std::same_as<int>;
  { known.size() } -> std::same_as<int>;
  { c.all_gather(mine, all) } -> std::same_as<Result<void>>;
  { c.all_reduce(numbers, Reduction::sum) } -> std::same_as<Result<void>>;
  { c.barrier() } -> std::same_as<Result<void>>;
};

}  // namespace tamis::sharded
