#pragma once

/// \file inbox.hpp
/// Where the threads that talk to the world leave requests for the thread that answers them.

#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

// quote: inbox
/// What came and was not yet taken. Any thread may put; the thread of the loop takes.
class Inbox {
 public:
  struct Request {
    float temperature;
    std::string text;
  };

  void put(Request request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(request));
    changed_.notify_one();
  }
  /// Nothing more will come.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_one();
  }
  /// What has come; with `waits`, not before there is something, or nothing more to wait for.
  std::vector<Request> take(bool waits) {
    std::unique_lock lock(mutex_);
    if (waits) changed_.wait(lock, [&] { return closed_ || !requests_.empty(); });
    return std::exchange(requests_, {});
  }
  bool is_over() {
    const std::lock_guard lock(mutex_);
    return closed_ && requests_.empty();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Request> requests_;
  bool closed_ = false;
};
// quote end
