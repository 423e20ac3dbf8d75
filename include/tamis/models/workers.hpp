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
/// thread: the workers first look for work themselves, for a while, and then sleep.
class Workers {
 public:
  /// From 1 to 256 threads; what is beyond becomes the nearer end.
  explicit Workers(int threads) : threads_(std::clamp(threads, 1, 256)) {
    for (int worker = 1; worker < threads_; ++worker)
      others_.emplace_back([this, worker] { serve(worker); });
  }
  ~Workers() {
    job_ = {};
    announce();
    for (std::thread& other : others_) other.join();
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  int threads() const { return threads_; }

  /// Calls f(begin, end, worker) for consecutive ranges that make up [0, count), each but the last
  /// a multiple of `grain`; at most one range a worker, at the same time. Returns when all are
  /// done.
  template <class F>
  void share(int count, int grain, const F& f) {
    const int grains = (count + grain - 1) / grain;
    if (threads_ == 1 || grains <= 1) return f(0, count, 0);
    const auto piece = [&](int worker) {
      const auto from = [&](int w) {
        const auto at = static_cast<int>(std::int64_t{grains} * w / threads_) * grain;
        return at < count ? at : count;
      };
      if (from(worker) < from(worker + 1)) f(from(worker), from(worker + 1), worker);
    };
    job_ = {
        [](const void* task, int worker) { (*static_cast<const decltype(piece)*>(task))(worker); },
        &piece};
    busy_.store(static_cast<unsigned>(threads_ - 1), std::memory_order_relaxed);
    announce();
    piece(0);
    for (unsigned left; (left = busy_.load(std::memory_order_acquire)) != 0;)
      wait_for_change(busy_, left);
  }

 private:
  struct Job {
    void (*call)(const void* task, int worker) = nullptr;
    const void* task = nullptr;
  };

  void announce() {
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
  }

  static void wait_for_change(const std::atomic<unsigned>& value, unsigned old) {
    for (int i = 0; i < 2000; ++i) {
      if (value.load(std::memory_order_acquire) != old) return;
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
    }
    value.wait(old, std::memory_order_acquire);
  }

  void serve(int worker) {
    for (unsigned round = 0;; ++round) {
      wait_for_change(round_, round);
      if (!job_.call) return;
      job_.call(job_.task, worker);
      if (busy_.fetch_sub(1, std::memory_order_release) == 1) busy_.notify_one();
    }
  }

  int threads_;
  Job job_;
  alignas(64) std::atomic<unsigned> round_{0};
  alignas(64) std::atomic<unsigned> busy_{0};
  std::vector<std::thread> others_;
};

}  // namespace tamis
