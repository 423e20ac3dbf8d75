#pragma once

/// \file aligned_vector.hpp
/// A std::vector whose elements begin at the start of a cache line, so that no register straddles two.

#include <cstddef>
#include <new>
#include <vector>

namespace tamis {

namespace detail {

template <class T>
struct CacheLineAllocator {
  using value_type = T;
  static constexpr std::align_val_t alignment{64};

  CacheLineAllocator() = default;
  template <class U>
  CacheLineAllocator(const CacheLineAllocator<U>&) {}

  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), alignment)); }
  void deallocate(T* at, std::size_t) { ::operator delete(at, alignment); }
  bool operator==(const CacheLineAllocator&) const = default;
};

}  // namespace detail

template <class T>
using AlignedVector = std::vector<T, detail::CacheLineAllocator<T>>;

}  // namespace tamis
