#pragma once

/// \file host_teams.hpp
/// Teams of host threads: blocks with shared memory of their own in a cluster, warps whose lanes exchange values.

#include <tamis/backends/team.hpp>

#include <atomic>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace host_teams {

using namespace tamis;

/// How many blocks, warps in each, and lanes in each of these.
struct Shape {
  int blocks = 1, warps = 1, lanes = 1;
  int warp_threads() const { return warps * lanes; }
  int threads() const { return blocks * warp_threads(); }
};

/// A cluster: the memory of its blocks, and the barriers.
template <class Memory>
class Cluster {
 public:
  explicit Cluster(Shape shape) : shape(shape), all(shape.threads()), memories(static_cast<std::size_t>(shape.blocks)) {
    for (int b = 0; b < shape.blocks; ++b) own.push_back(std::make_unique<std::barrier<>>(shape.warp_threads()));
    for (int w = 0; w < shape.blocks * shape.warps; ++w) {
      warps.push_back(std::make_unique<std::barrier<>>(shape.lanes));
      exchanged.emplace_back(static_cast<std::size_t>(shape.lanes));
    }
  }

  Shape shape;
  std::barrier<> all;
  std::vector<Memory> memories;
  std::vector<std::unique_ptr<std::barrier<>>> own, warps;
  std::vector<std::vector<std::uint64_t>> exchanged;
};

/// One thread of a cluster: a team as team::Solo says.
template <class Memory>
class Thread {
 public:
  Thread(Cluster<Memory>& cluster, int rank) : cluster_(&cluster), rank_(rank) {}

  int thread() const { return rank_ % threads(); }
  int threads() const { return cluster_->shape.warp_threads(); }
  int block() const { return rank_ / threads(); }
  int blocks() const { return cluster_->shape.blocks; }
  int lane() const { return rank_ % lanes(); }
  int lanes() const { return cluster_->shape.lanes; }
  void sync() const { cluster_->own[static_cast<std::size_t>(block())]->arrive_and_wait(); }
  void sync_all() const { cluster_->all.arrive_and_wait(); }
  void sync_lanes() const { cluster_->warps[warp()]->arrive_and_wait(); }
  template <class T>
  T* own(T* p) const {
    return p;
  }
  template <class T>
  T* at(int block, T* p) const {
    auto* const mine = reinterpret_cast<char*>(&memory());
    auto* const its = reinterpret_cast<char*>(&cluster_->memories[static_cast<std::size_t>(block)]);
    return reinterpret_cast<T*>(its + (reinterpret_cast<char*>(p) - mine));
  }
  std::uint32_t add(std::uint32_t* p, std::uint32_t x) const {
    return std::atomic_ref(*p).fetch_add(x, std::memory_order_relaxed);
  }
  std::uint32_t read(const std::uint32_t* p) const {
    return std::atomic_ref(*const_cast<std::uint32_t*>(p)).load(std::memory_order_relaxed);
  }
  void clear(std::uint32_t* p, std::uint32_t bits) const {
    std::atomic_ref(*p).fetch_and(~bits, std::memory_order_relaxed);
  }
  std::uint64_t lane_fold(std::uint64_t x, const auto& op) const {
    const std::vector<std::uint64_t> all = exchange(x);
    std::uint64_t value = all[0];
    for (std::size_t i = 1; i < all.size(); ++i) value = op(value, all[i]);
    return value;
  }
  std::uint32_t lane_sum(std::uint32_t x) const {
    return static_cast<std::uint32_t>(lane_fold(x, [](std::uint64_t a, std::uint64_t b) { return a + b; }));
  }
  std::uint64_t lane_scan(std::uint64_t x) const {
    const std::vector<std::uint64_t> all = exchange(x);
    std::uint64_t sum = 0;
    for (int i = 0; i <= lane(); ++i) sum += all[static_cast<std::size_t>(i)];
    return sum;
  }
  std::uint64_t lane_get(std::uint64_t x, int lane) const { return exchange(x)[static_cast<std::size_t>(lane)]; }
  int lane_first(bool condition) const {
    const std::vector<std::uint64_t> all = exchange(condition);
    int i = 0;
    while (i < lanes() && all[static_cast<std::size_t>(i)] == 0) ++i;
    return i;
  }
  template <class T>
  void load(const T* from, int count, float* to) const {
    team::Solo{}.load(from, count, to);
  }
  template <class T>
  void prefetch(const T*) const {}
  template <class T>
  void copy(const T* from, int count, T* to) const {
    team::Solo{}.copy(from, count, to);
  }
  void wait() const {}

  Memory& memory() const { return cluster_->memories[static_cast<std::size_t>(block())]; }

 private:
  std::size_t warp() const { return static_cast<std::size_t>(rank_ / lanes()); }
  std::vector<std::uint64_t> exchange(std::uint64_t x) const {
    auto& values = cluster_->exchanged[warp()];
    values[static_cast<std::size_t>(lane())] = x;
    sync_lanes();
    std::vector<std::uint64_t> all = values;
    sync_lanes();
    return all;
  }

  Cluster<Memory>* cluster_;
  int rank_;
};

/// Calls f(thread) in each thread of a new cluster.
template <class Memory, class F>
void run(Shape shape, const F& f) {
  const auto cluster = std::make_unique<Cluster<Memory>>(shape);
  std::vector<std::jthread> threads;
  for (int i = 0; i < shape.threads(); ++i) threads.emplace_back([&, i] { f(Thread<Memory>(*cluster, i)); });
}

}  // namespace host_teams
