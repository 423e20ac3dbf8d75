#pragma once

/// \file window_kv_cache.hpp
/// A cache that sees the first tokens and the last ones, so that its memory stays the same.

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "kv_block_layout.hpp"
#include "kv_block_pool.hpp"
#include "kv_cache.hpp"

namespace tamis {

/// A cache in which a token sees the first `sinks` tokens, and the last `window` up to itself. A
/// text may go on for ever; up to sinks + window tokens it is as with a ContiguousKvCache, to the
/// bit.
///
/// Positions count within the cache: a token is at most sinks + window - 1 behind the first.
/// Nothing that is stored is turned again for that. A key keeps the turn of its position in the
/// text, as does a query that looks at the window, where distances are those of the text; for the
/// sinks the query is turned by its position within the cache instead.
///
/// `spare` more tokens are kept for rewinding. A copy costs a pointer a block of tokens, as with a
/// PagedKvCache.
///
/// Source: Xiao et al., "Efficient streaming language models with attention sinks", ICLR 2024.
class WindowKvCache {
 public:
  /// Remembers nothing yet. `sinks` and `spare` are 0 or more, `window` 1 or more; what is below
  /// becomes that.
  WindowKvCache(int layers, int heads, int head_size, int sinks = 4, int window = 1020,
                int spare = 64)
      : layout_{layers, heads, head_size, block_size},
        sinks_(std::max(0, sinks)),
        window_(std::max(1, window)),
        spare_(std::max(0, spare)),
        pool_(layout_.floats()) {}

  int length() const { return length_; }
  int layers() const { return layout_.layers; }
  int heads() const { return layout_.heads; }
  int head_size() const { return layout_.head_size; }
  int sinks() const { return sinks_; }
  int window() const { return window_; }

  /// How far apart the values of two positions are, in floats.
  int value_stride() const { return layout_.value_stride(); }

  /// May all but the first `length` tokens be forgotten? Not if the next token would see what is
  /// gone by now. Any of the last `spare` tokens may.
  Result<void> check_rewind(int length) const {
    const int seen_from = std::max(sinks_, length - window_ + 1);
    const bool is_new = length <= sink_blocks() * block_size;  // sees nothing but what always stays
    if (length >= length_ || is_new || seen_from >= held_from()) return {};
    return Error{"the cache cannot go back from " + std::to_string(length_) + " tokens to " +
                 std::to_string(length) + ", for it has forgotten those before " +
                 std::to_string(held_from()) + "; read the text again, or make `spare` " +
                 std::to_string(length_ - length) + " or more"};
  }

  /// Forgets all but the first `length` tokens. What check_rewind() refuses changes nothing, and
  /// returns false.
  bool rewind(int length) {
    length = std::clamp(length, 0, length_);
    if (!check_rewind(length)) return false;
    length_ = length;
    const int blocks = (length + block_size - 1) / block_size;
    if (blocks <= sink_blocks()) dropped_ = 0;
    blocks_.resize(static_cast<std::size_t>(blocks - dropped_));
    return true;
  }

  /// A cache that begins as this one and goes its own way; the same as a copy.
  WindowKvCache fork() const { return *this; }

  /// The memory that a token takes, in bytes, as long as it is seen.
  std::size_t bytes_per_token() const {
    return pool_.block_bytes() / static_cast<std::size_t>(block_size);
  }
  /// The memory of the blocks that it holds, alone or with others, in bytes.
  std::size_t bytes() const { return blocks_.size() * pool_.block_bytes(); }
  /// The most that bytes() becomes while at most `appended` tokens come at once.
  std::size_t max_bytes(int appended = 256) const {
    const int kept = (window_ + spare_ + appended) / block_size + 2;
    return static_cast<std::size_t>(sink_blocks() + kept) * pool_.block_bytes();
  }
  const KvBlockPool& pool() const { return pool_; }

  /// Makes room for `count` more tokens, whose keys and values the caller then writes, and forgets
  /// what none of them sees.
  void extend(int count) {
    if (count > 0 && length_ % block_size != 0) pool_.make_own(blocks_.back());
    const int needed_from = std::max(0, length_ - spare_ - window_ + 1);
    if (const int drop = needed_from / block_size - sink_blocks(); drop > dropped_) {
      const auto first = blocks_.begin() + sink_blocks();
      blocks_.erase(first, first + (drop - dropped_));
      dropped_ = drop;
    }
    length_ += count;
    const int blocks = (length_ + block_size - 1) / block_size - dropped_;
    while (blocks_.size() < static_cast<std::size_t>(blocks)) blocks_.push_back(pool_.take());
  }

  /// Writes the key and the value, each [head_size], of a position that extend() has made room for
  /// since the cache was last copied.
  void write(int layer, int head, int position, const float* key, const float* value) {
    layout_.write(blocks_[block_of(position)].data(), layer, head, position % block_size, key,
                  value);
  }

  /// The positions from `begin` on, a multiple of 16, to `end` or the end of their block. Only what
  /// a token sees that is appended next, or was since the last extend().
  KvRun<float> run(int layer, int head, int begin, int end) const {
    return layout_.run(blocks_[block_of(begin)].data(), layer, head, begin % block_size,
                       end - begin);
  }

 private:
  static constexpr int block_size = 32;

  /// How many blocks have sinks: these stay.
  int sink_blocks() const { return (sinks_ + block_size - 1) / block_size; }
  /// It has all positions from this on, and the sinks.
  int held_from() const { return dropped_ > 0 ? (sink_blocks() + dropped_) * block_size : 0; }
  std::size_t block_of(int position) const {
    const int block = position / block_size;
    return static_cast<std::size_t>(block < sink_blocks() ? block : block - dropped_);
  }

  KvBlockLayout layout_;
  int sinks_, window_, spare_;
  KvBlockPool pool_;
  std::vector<KvBlockPool::Block> blocks_;  // of the sinks, and behind them the last ones
  int dropped_ = 0;                         // how many are missing between these
  int length_ = 0;
};

static_assert(SlidingKvCache<WindowKvCache>);

}  // namespace tamis
