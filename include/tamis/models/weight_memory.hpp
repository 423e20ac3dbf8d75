#pragma once

/// \file weight_memory.hpp
/// Memory for weights, of which every token reads all.

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace tamis {

/// Hands out memory piece by piece, close together, and frees it all at once. It lies in large
/// pages where the system has them: with small ones a decoding step takes half as long again.
class WeightMemory {
 public:
  /// `size` bytes, all zero, that begin at the start of a cache line and live as long as this.
  std::byte* take(std::size_t size) {
    size = (size + line - 1) / line * line;
    if (size > left_) {
      left_ = (std::max(size, next_slab_) + page - 1) / page * page;
      slabs_.emplace_back(static_cast<std::byte*>(::operator new (left_, std::align_val_t{page})));
      next_ = slabs_.back().get();
#if defined(__linux__)
      ::madvise(next_, left_, MADV_HUGEPAGE);
#endif
      next_slab_ = std::min(2 * next_slab_, 16 * page);
      bytes_ += left_;
    }
    std::byte* taken = next_;
    next_ += size;
    left_ -= size;
    std::fill_n(taken, size, std::byte{0});
    return taken;
  }

  /// The memory reserved, in bytes.
  std::size_t bytes() const { return bytes_; }

 private:
  static constexpr std::size_t line = 64, page = std::size_t{1} << 21;

  struct Free {
    void operator()(std::byte* slab) const { ::operator delete (slab, std::align_val_t{page}); }
  };

  std::vector<std::unique_ptr<std::byte, Free>> slabs_;
  std::byte* next_ = nullptr;
  std::size_t left_ = 0, next_slab_ = page, bytes_ = 0;
};

}  // namespace tamis
