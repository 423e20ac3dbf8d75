#pragma once

/// \file solo.hpp
/// What a team is, and the team of one thread.

#include <cstdint>

namespace tamis::team {

/// A team of one. A team takes a row: threads in blocks, the blocks in a cluster whose members see each other's shared
/// memory, the threads of a block in warps of lanes(). Every thread calls every collective function.
///
///   thread(), threads()     which of a block's threads, and how many; the first warp has the first lanes()
///   block(), blocks()       which of the cluster's blocks, and how many
///   lane(), lanes()         which of a warp's threads, and how many
///   sync(), sync_all(), sync_lanes()  barriers: of the block, of the cluster, of a warp
///   own(p)                  p, which points to where this block's shared memory begins
///   at(block, p)            where another block keeps what this one keeps at p, in shared memory
///   add(p, x)               atomically, in the block's shared memory; returns what was there
///   read(p)                 what is there, while others may add to it
///   clear(p, bits)          atomically clears bits there
///   lane_fold(x, op)        op over the lanes of a warp, which is associative and commutative; all get it
///   lane_sum(x)             the sum over the lanes, of 32 bits
///   lane_scan(x)            the sum over the lanes up to this one
///   lane_get(x, lane)       another lane's x
///   lane_first(condition)   the first lane that says yes; lanes() if none does
///   load(from, count, to)   to[i] = float(from[i]) for i < count
///   prefetch(from)          what will be loaded soon, from global memory
///   copy(from, count, to)   as it is, from global into shared memory; done after the next wait() and barrier
///   wait()                  until this thread's copies have arrived
struct Solo {
  constexpr int thread() const { return 0; }
  constexpr int threads() const { return 1; }
  constexpr int block() const { return 0; }
  constexpr int blocks() const { return 1; }
  constexpr int lane() const { return 0; }
  constexpr int lanes() const { return 1; }
  constexpr void sync() const {}
  constexpr void sync_all() const {}
  constexpr void sync_lanes() const {}
  template <class T>
  constexpr T* own(T* p) const {
    return p;
  }
  template <class T>
  constexpr T* at(int, T* p) const {
    return p;
  }
  constexpr std::uint32_t add(std::uint32_t* p, std::uint32_t x) const {
    const std::uint32_t before = *p;
    *p += x;
    return before;
  }
  constexpr std::uint32_t read(const std::uint32_t* p) const { return *p; }
  constexpr void clear(std::uint32_t* p, std::uint32_t bits) const { *p &= ~bits; }
  constexpr std::uint64_t lane_fold(std::uint64_t x, const auto&) const { return x; }
  constexpr std::uint32_t lane_sum(std::uint32_t x) const { return x; }
  constexpr std::uint64_t lane_scan(std::uint64_t x) const { return x; }
  constexpr std::uint64_t lane_get(std::uint64_t x, int) const { return x; }
  constexpr int lane_first(bool condition) const { return condition ? 0 : 1; }
  template <class T>
  constexpr void load(const T* from, int count, float* to) const {
    for (int i = 0; i < count; ++i) to[i] = static_cast<float>(from[i]);
  }
  template <class T>
  constexpr void prefetch(const T*) const {}
  template <class T>
  constexpr void copy(const T* from, int count, T* to) const {
    for (int i = 0; i < count; ++i) to[i] = from[i];
  }
  constexpr void wait() const {}
};

}  // namespace tamis::team
