#pragma once

/// \file counting_communicator.hpp
/// A communicator that counts: how often the ranks speak to each other for a row, and how much they say.

#include <cstddef>
#include <cstdint>
#include <span>

#include "../core/result.hpp"
#include "communicator.hpp"

namespace tamis::sharded {

/// Another communicator, which it refers to, with a count of its operations. A model of Communicator.
template <Communicator C>
class CountingCommunicator {
 public:
  explicit CountingCommunicator(C& other) : other_(&other) {}

  int rank() const { return other_->rank(); }
  int size() const { return other_->size(); }

  Result<void> all_gather(std::span<const std::byte> mine, std::span<std::byte> all) {
    ++rounds_, bytes_ += mine.size();
    return other_->all_gather(mine, all);
  }
  Result<void> all_reduce(std::span<std::uint64_t> numbers, Reduction how) {
    ++rounds_, bytes_ += numbers.size_bytes();
    return other_->all_reduce(numbers, how);
  }
  Result<void> barrier() {
    ++rounds_;
    return other_->barrier();
  }

  std::uint64_t rounds() const { return rounds_; }  ///< how many operations there were
  std::uint64_t bytes() const { return bytes_; }    ///< how many bytes this rank gave to them
  void reset() { rounds_ = bytes_ = 0; }

 private:
  C* other_;
  std::uint64_t rounds_ = 0, bytes_ = 0;
};

}  // namespace tamis::sharded
