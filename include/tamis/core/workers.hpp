#pragma once

/// \file workers.hpp
/// A few threads that share the rows of one product after another.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace tamis {

/// Threads that wait for work; this one is the first of them. With one thread there is no other.
///
/// A product of a decoding step takes some ten microseconds, less than the system needs to wake a
/// thread: the workers first look for work themselves, for a while, and then sleep. Whoever is free
/// takes the next piece, so that a worker whom the system has put aside is not waited for.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): each counter has a cache line
class Workers {
 public:
  /// From 1 to 256 threads; what is beyond becomes the nearer end.
  explicit Workers(int threads) : threads_(std::clamp(threads, 1, 256)) {
    for (int worker = 1; worker < threads_; ++worker)
      others_.emplace_back([this, worker] { serve(worker); });
  }
  ~Workers() {
    job_ = {};  // each takes one piece, and ends
    hand_out(threads_ - 1);
    for (std::thread& other : others_) other.join();
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  int threads() const { return threads_; }

  /// Calls f(begin, end, worker) for ranges that make up [0, count), each but the last a multiple
  /// of `grain`; a worker, from 0 to threads() - 1, has one range at a time. Returns when all are
  /// done.
  template <class F>
  void share(int count, int grain, const F& f) {
    const int grains = (count + grain - 1) / grain;
    const int pieces = std::min(grains, 4 * threads_);
    if (threads_ == 1 || pieces <= 1) return f(0, count, 0);
    const auto piece = [&](int index, int worker) {
      const auto from = [&](int i) {
        return std::min(count, static_cast<int>(std::int64_t{grains} * i / pieces) * grain);
      };
      f(from(index), from(index + 1), worker);
    };
    job_ = {[](const void* task, int index, int worker) {
              (*static_cast<const decltype(piece)*>(task))(index, worker);
            },
            &piece, pieces};
    done_.store(0, std::memory_order_relaxed);
    hand_out(pieces);
    for (int left; (left = take()) > 0;) work(left, 0);
    for (int done; (done = done_.load(std::memory_order_acquire)) != pieces;) wait(done_, done);
  }

 private:
  struct Job {
    void (*call)(const void* task, int index, int worker) = nullptr;
    const void* task = nullptr;
    int pieces = 0;
  };

  void hand_out(int pieces) {
    left_.store(pieces, std::memory_order_release);
    left_.notify_all();
  }

  /// Takes a piece, of which there were so many; 0 if there is none. Whoever has taken one may read
  /// the job, which stays until the piece is done.
  int take() {
    int left = left_.load(std::memory_order_acquire);
    while (left > 0 && !left_.compare_exchange_weak(left, left - 1, std::memory_order_acquire)) {
    }
    return left;
  }

  void work(int left, int worker) {
    const int pieces = job_.pieces;
    job_.call(job_.task, pieces - left, worker);
    if (done_.fetch_add(1, std::memory_order_release) + 1 == pieces) done_.notify_one();
  }

  void serve(int worker) {
    while (true) {
      const int left = take();
      if (left == 0) {
        wait(left_, 0);
      } else {
        if (!job_.call) return;
        work(left, worker);
      }
    }
  }

  /// Returns when the value is no longer `old`, or perhaps before.
  static void wait(const std::atomic<int>& value, int old) {
    for (int i = 0; i < 2000; ++i) {
      if (value.load(std::memory_order_acquire) != old) return;
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
    }
    value.wait(old, std::memory_order_acquire);
  }

  int threads_;
  Job job_;
  alignas(64) std::atomic<int> left_{0};  // pieces that nobody has taken
  alignas(64) std::atomic<int> done_{0};
  std::vector<std::thread> others_;
};

}  // namespace tamis
