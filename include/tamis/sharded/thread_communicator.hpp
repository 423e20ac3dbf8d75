#pragma once

/// \file thread_communicator.hpp
/// A communicator of the threads of one process: for tests, and for a model whose shards lie in one memory.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "../core/result.hpp"
#include "communicator.hpp"

namespace tamis::sharded {

/// One thread of a group; a model of Communicator. Each thread has one of its own.
class ThreadCommunicator {
 public:
  /// What the threads share; it outlives their communicators.
  class Group {
   public:
    /// \param size     how many threads there are, at least 1
    /// \param patience how long one waits for the others before all fail
    explicit Group(int size, std::chrono::milliseconds patience = std::chrono::seconds(30))
        : size_(size < 1 ? 1 : size), patience_(patience), given_(static_cast<std::size_t>(size_)) {}
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;

    int size() const { return size_; }

    /// Lets every operation fail from now on, on all threads: for a thread that has to leave.
    void fail() {
      {
        const std::lock_guard lock(mutex_);
        failed_ = true;
        met_.fetch_add(1, std::memory_order_release);
      }
      came_.notify_all();
    }

   private:
    friend ThreadCommunicator;

    /// Returns when all have come; false if one does not.
    bool meet() {
      std::unique_lock lock(mutex_);
      if (failed_) return false;
      const std::uint32_t before = met_.load(std::memory_order_relaxed);
      if (++here_ == size_) {
        here_ = 0;
        met_.fetch_add(1, std::memory_order_release);
        lock.unlock();
        came_.notify_all();
        return true;
      }
      lock.unlock();
      const auto all_have_come = [&] { return met_.load(std::memory_order_acquire) != before; };
      for (int i = 0; i < 300; ++i)  // a thread that sleeps is woken in some ten microseconds
        if (all_have_come()) break;
      lock.lock();
      if (!came_.wait_for(lock, patience_, all_have_come)) {
        lock.unlock();
        fail();
        return false;
      }
      return !failed_;
    }

    const int size_;
    const std::chrono::milliseconds patience_;
    std::vector<std::span<const std::byte>> given_;
    std::mutex mutex_;
    std::condition_variable came_;
    int here_ = 0;                       ///< how many have come to where all must meet
    std::atomic<std::uint32_t> met_{0};  ///< how often all have met
    bool failed_ = false;
  };

  /// Requires 0 <= rank < group.size().
  ThreadCommunicator(Group& group, int rank) : group_(&group), rank_(rank) {}

  int rank() const { return rank_; }
  int size() const { return group_->size(); }

  Result<void> all_gather(std::span<const std::byte> mine, std::span<std::byte> all) {
    if (auto given = give(mine, "an all_gather"); !given) return given;
    for (int r = 0; r < size(); ++r) {
      const auto theirs = group_->given_[static_cast<std::size_t>(r)];
      std::copy(theirs.begin(), theirs.end(), all.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(r) * mine.size()));
    }
    return taken("an all_gather");
  }

  Result<void> all_reduce(std::span<std::uint64_t> numbers, Reduction how) {
    if (auto given = give(std::as_bytes(numbers), "an all_reduce"); !given) return given;
    reduced_.assign(numbers.size(), 0);
    for (const auto theirs : group_->given_) {
      for (std::size_t i = 0; i < numbers.size(); ++i) {
        std::uint64_t x = 0;
        std::memcpy(&x, theirs.data() + i * sizeof x, sizeof x);
        reduced_[i] = how == Reduction::sum ? reduced_[i] + x : x > reduced_[i] ? x : reduced_[i];
      }
    }
    auto done = taken("an all_reduce");
    if (done) std::copy(reduced_.begin(), reduced_.end(), numbers.begin());
    return done;
  }

  Result<void> barrier() { return taken("a barrier"); }

 private:
  /// Shows the others what this rank gives; the lengths are seen to be the same.
  Result<void> give(std::span<const std::byte> mine, const char* operation) {
    group_->given_[static_cast<std::size_t>(rank_)] = mine;
    if (auto met = taken(operation); !met) return met;
    for (int r = 0; r < size(); ++r) {
      const std::size_t theirs = group_->given_[static_cast<std::size_t>(r)].size();
      if (theirs == mine.size()) continue;
      group_->fail();
      return Error{"rank " + std::to_string(r) + " gave " + std::to_string(theirs) + " bytes to " + operation +
                   ", and rank " + std::to_string(rank_) + " " + std::to_string(mine.size()) +
                   "; every rank must draw the same row with the same sampler"};
    }
    return {};
  }

  /// Waits until every rank has taken what it wants of the others.
  Result<void> taken(const char* operation) {
    if (group_->meet()) return {};
    return Error{"rank " + std::to_string(rank_) + " of " + std::to_string(size()) + " was left alone at " + operation +
                 ": another thread has failed, or did not come in time"};
  }

  Group* group_;
  int rank_;
  std::vector<std::uint64_t> reduced_;
};

static_assert(Communicator<ThreadCommunicator>);

}  // namespace tamis::sharded
