#pragma once

#include <cstddef>
#include <cstdint>

namespace tamis {

/// The seed of the continuation at place `sequence` of several of one request: `seed + sequence`, as
/// with several texts of the command line. A request with that seed for one continuation makes the
/// same tokens.
///
/// Beware: requests whose seeds are less than their number of continuations apart share some. Take
/// seeds far apart, such as random ones.
constexpr std::uint64_t sequence_seed(std::uint64_t seed, std::size_t sequence) {
  return seed + sequence;
}

}  // namespace tamis
