#pragma once

/// \file prefix_cache.hpp
/// Beginnings that requests have in common are read once.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <list>
#include <mutex>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../core/context_hash.hpp"
#include "../core/types.hpp"
#include "kv_block_pool.hpp"
#include "language_model.hpp"
#include "memory.hpp"
#include "paged_kv_cache.hpp"

namespace tamis {

/// Remembers the whole blocks of texts that were read, for texts to come that begin in the same
/// way. Blocks are shared, not copied. When they take more than a number of bytes, those go that
/// were not used for the longest time.
///
///     PrefixCache prefixes(model.start(), 1 << 30);
///     Memory memory = prefixes.recall(model, prompt);   // knows the blocks known of the prompt
///     generate(model, memory, ...);                     // reads the rest
///     prefixes.keep(memory);
///
/// For one model and its siblings, by any number of threads. A block is found by a hash of its
/// tokens and of those before, and then compared token by token: a collision changes nothing.
///
/// `Hash` maps a key and tokens to 64 bits.
template <class Hash>
class BasicPrefixCache {
 public:
  /// Remembers nothing yet. `like` is a cache that the model begins with; `max_bytes` is for the
  /// blocks, whether or not sequences hold them too.
  BasicPrefixCache(const PagedKvCache& like, std::size_t max_bytes, Hash hash = {})
      : pool_(like.pool()),
        block_size_(static_cast<std::size_t>(like.block_size())),
        max_bytes_(max_bytes),
        hash_(std::move(hash)) {}

  /// A memory of as many of the first tokens of `ids` as are known, never of all: the logits come
  /// with the last.
  template <LanguageModel M>
  Memory<M> recall(M& model, std::span<const TokenId> ids) {
    auto cache = model.start();
    const std::size_t known = restore(cache, ids);
    return Memory<M>(std::move(cache),
                     {ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(known)});
  }

  /// Remembers what a sequence has read.
  template <LanguageModel M>
  void keep(const Memory<M>& memory) {
    keep(memory.cache(), memory.tokens());
  }

  /// Appends to `cache`, which is empty, what is known of the first tokens of `ids`, and returns
  /// how many tokens these are. 0 if the cache is of another model.
  std::size_t restore(PagedKvCache& cache, std::span<const TokenId> ids) {
    if (cache.pool() != pool_ || cache.length() != 0 || ids.empty()) return 0;
    const std::lock_guard lock(mutex_);
    std::vector<Place> path = find((ids.size() - 1) / block_size_, ids);
    for (const Place place : path) cache.append(place->block);
    touch(path);
    return path.size() * block_size_;
  }

  /// Remembers the whole blocks of a cache in which `ids` are; nothing, if these are not its tokens
  /// in number, or if it is of another model.
  void keep(const PagedKvCache& cache, std::span<const TokenId> ids) {
    if (cache.pool() != pool_ || static_cast<std::size_t>(cache.length()) != ids.size()) return;
    const std::lock_guard lock(mutex_);
    const std::size_t blocks = ids.size() / block_size_;
    std::vector<Place> path = find(blocks, ids);
    for (std::size_t i = path.size(); i < blocks; ++i) {
      const auto tokens = ids.subspan(i * block_size_, block_size_);
      const Entry* parent = path.empty() ? nullptr : &*path.back();
      const std::uint64_t hash = hash_(parent ? parent->hash : 0, tokens);
      entries_.push_front({{tokens.begin(), tokens.end()}, parent, hash, cache.blocks()[i]});
      by_hash_.emplace(hash, entries_.begin());
      path.push_back(entries_.begin());
    }
    touch(path);
    while (!entries_.empty() && entries_.size() * pool_.block_bytes() > max_bytes_) forget_last();
  }

  /// The memory of the blocks that are remembered, in bytes.
  std::size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return entries_.size() * pool_.block_bytes();
  }

 private:
  struct Entry {
    std::vector<TokenId> tokens;
    const Entry* parent;  ///< the block before; none for the first of a text
    std::uint64_t hash;
    KvBlockPool::Block block;
  };
  using Place = typename std::list<Entry>::iterator;

  /// The entries of the first blocks of `ids`, at most `most`.
  std::vector<Place> find(std::size_t most, std::span<const TokenId> ids) {
    std::vector<Place> path;
    while (path.size() < most) {
      const auto tokens = ids.subspan(path.size() * block_size_, block_size_);
      const Entry* parent = path.empty() ? nullptr : &*path.back();
      const auto [begin, end] = by_hash_.equal_range(hash_(parent ? parent->hash : 0, tokens));
      const auto found = std::find_if(begin, end, [&](const auto& each) {
        const Entry& entry = *each.second;
        return entry.parent == parent &&
               std::equal(tokens.begin(), tokens.end(), entry.tokens.begin(), entry.tokens.end());
      });
      if (found == end) break;
      path.push_back(found->second);
    }
    return path;
  }

  /// Makes these the last ones used, the first block of the text last of all: so no block is older
  /// than those that follow it, and none is forgotten before them.
  void touch(std::span<const Place> path) {
    for (auto place = path.rbegin(); place != path.rend(); ++place)
      entries_.splice(entries_.begin(), entries_, *place);
  }

  void forget_last() {
    const Place last = std::prev(entries_.end());
    const auto [begin, end] = by_hash_.equal_range(last->hash);
    by_hash_.erase(std::find_if(begin, end, [&](const auto& each) { return each.second == last; }));
    entries_.erase(last);
  }

  KvBlockPool pool_;
  std::size_t block_size_, max_bytes_;
  Hash hash_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // the last used one first
  std::unordered_multimap<std::uint64_t, Place> by_hash_;
};

namespace detail {

struct ContextHash {
  std::uint64_t operator()(std::uint64_t key, std::span<const TokenId> tokens) const {
    return context_hash(key, tokens);
  }
};

}  // namespace detail

/// With a hash that looks random.
using PrefixCache = BasicPrefixCache<detail::ContextHash>;

}  // namespace tamis
