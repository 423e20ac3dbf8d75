#pragma once

/// \file paged_kv_cache.hpp
/// A cache in blocks, whose copies share what they have in common.

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "kv_block_layout.hpp"
#include "kv_block_pool.hpp"
#include "kv_cache.hpp"

namespace tamis {

/// A cache whose tokens stand in blocks of some positions, each with all layers and heads. A copy
/// holds the same blocks, which costs a pointer a block; who then appends to a block that others
/// hold too copies it first. Attention gives the same to the bit as with a ContiguousKvCache.
///
/// Caches made from one another draw from one pool, on any threads; one thread at a time may use
/// one cache.
///
/// Source: Kwon et al., "Efficient memory management for large language model serving with
/// PagedAttention", SOSP 2023.
class PagedKvCache {
 public:
  /// Remembers nothing yet. A block has `block_size` positions, rounded up to a multiple of 16.
  PagedKvCache(int layers, int heads, int head_size, int block_size = 32)
      : layout_{layers, heads, head_size, KvBlockLayout::rounded(block_size)},
        pool_(layout_.floats()) {}

  int length() const { return length_; }
  int layers() const { return layout_.layers; }
  int heads() const { return layout_.heads; }
  int head_size() const { return layout_.head_size; }
  /// How many positions a block has.
  int block_size() const { return layout_.positions; }

  /// How far apart the values of two positions are, in floats.
  int value_stride() const { return layout_.value_stride(); }

  /// Forgets all but the first `length` tokens.
  void rewind(int length) {
    length_ = std::clamp(length, 0, length_);
    blocks_.resize(blocks_for(length_));
  }

  /// A cache that begins as this one and goes its own way; the same as a copy.
  PagedKvCache fork() const { return *this; }

  /// The memory that a token takes, in bytes, where nobody else holds its block.
  std::size_t bytes_per_token() const {
    return pool_.block_bytes() / static_cast<std::size_t>(block_size());
  }
  /// The memory of the blocks that it holds, alone or with others, in bytes.
  std::size_t bytes() const { return blocks_.size() * pool_.block_bytes(); }

  const KvBlockPool& pool() const { return pool_; }
  KvBlockPool& pool() { return pool_; }
  std::span<const KvBlockPool::Block> blocks() const { return blocks_; }

  /// Appends block_size() tokens that are known already, where a block begins; elsewhere nothing,
  /// and returns false.
  bool append(KvBlockPool::Block block) {
    if (length_ % block_size() != 0) return false;
    blocks_.push_back(std::move(block));
    length_ += block_size();
    return true;
  }

  /// Makes room for `count` more tokens, whose keys and values the caller then writes.
  void extend(int count) {
    if (count > 0 && length_ % block_size() != 0) pool_.make_own(blocks_.back());
    length_ += count;
    while (blocks_.size() < blocks_for(length_)) blocks_.push_back(pool_.take());
  }

  /// Writes the key and the value, each [head_size], of a position that extend() has made room for
  /// since the cache was last copied.
  void write(int layer, int head, int position, const float* key, const float* value) {
    layout_.write(blocks_[block_of(position)].data(), layer, head, position % block_size(), key,
                  value);
  }

  /// The positions from `begin` on, a multiple of 16, to `end` or the end of their block.
  KvRun<float> run(int layer, int head, int begin, int end) const {
    return layout_.run(blocks_[block_of(begin)].data(), layer, head, begin % block_size(),
                       end - begin);
  }

 private:
  std::size_t block_of(int position) const {
    return static_cast<std::size_t>(position / block_size());
  }
  std::size_t blocks_for(int length) const { return block_of(length + block_size() - 1); }

  KvBlockLayout layout_;
  KvBlockPool pool_;
  std::vector<KvBlockPool::Block> blocks_;
  int length_ = 0;
};

static_assert(KvCache<PagedKvCache>);

}  // namespace tamis
