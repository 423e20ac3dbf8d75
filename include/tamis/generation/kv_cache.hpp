#pragma once

/// \file kv_cache.hpp
/// What a transformer remembers of a sequence: the keys and values of its tokens.

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

#include "../core/aligned_vector.hpp"

namespace tamis {

/// A memory of a sequence, as a value.
///
///   cache.length()      how many tokens it remembers
///   cache.rewind(n)     forgets all but the first n; 0 <= n <= length()
///   cache.bytes()       the memory it takes
///
/// Laws. A copy goes its own way. After rewind(n) a cache is as it was when it had n tokens.
template <class C>
concept KvCache = std::copyable<C> && requires(C& cache, const C& known, int n) {
  { known.length() } -> std::convertible_to<int>;
  { known.bytes() } -> std::convertible_to<std::size_t>;
  cache.rewind(n);
};

/// A cache that sees the first tokens and the last ones, and forgets those between.
template <class C>
concept SlidingKvCache = KvCache<C> && requires(const C& known) {
  { known.sinks() } -> std::convertible_to<int>;
  { known.window() } -> std::convertible_to<int>;
};

/// The keys and values of consecutive positions of a layer and head, in the order in which
/// attention reads them, sixteen numbers at a time: keys by panels of sixteen positions, so that
/// the scores of sixteen positions are one register; values by position, so that their weighted sum
/// is.
template <class T>
struct KvRun {
  int count;                            ///< how many positions, the first a multiple of sixteen
  const T* keys;                        ///< [positions / 16, rounded up][head_size][16]
  const T* values;                      ///< [positions][value_stride]
  const float* key_scales = nullptr;    ///< [positions], what the keys are to be multiplied with
  const float* value_scales = nullptr;  ///< and the values; null for those that need none
};

/// A cache whose tokens stand one after the other, and which grows with them: a layer and head is
/// one KvRun.
class ContiguousKvCache {
 public:
  static constexpr int lanes = 16;

  /// Remembers nothing yet.
  ContiguousKvCache(int layers, int heads, int head_size)
      : layers_(layers),
        heads_(heads),
        head_size_(head_size),
        stores_(static_cast<std::size_t>(layers) * heads) {}

  int length() const { return length_; }
  int layers() const { return layers_; }
  int heads() const { return heads_; }
  int head_size() const { return head_size_; }

  /// How far apart the values of two positions are, in floats.
  int value_stride() const { return (head_size_ + lanes - 1) / lanes * lanes; }

  /// Forgets all but the first `length` tokens.
  void rewind(int length) { length_ = std::clamp(length, 0, length_); }

  /// A cache that begins as this one and goes its own way; the same as a copy.
  ContiguousKvCache fork() const { return *this; }

  /// The memory that a token takes, in bytes; it comes for sixteen tokens at a time.
  std::size_t bytes_per_token() const {
    return stores_.size() * (static_cast<std::size_t>(head_size_) + value_stride()) * sizeof(float);
  }
  /// The memory in use, in bytes.
  std::size_t bytes() const {
    std::size_t floats = 0;
    for (const Store& store : stores_) floats += store.keys.size() + store.values.size();
    return floats * sizeof(float);
  }

  /// Makes room for `count` more tokens, whose keys and values the caller then writes.
  void extend(int count) {
    length_ += count;
    const auto positions = static_cast<std::size_t>((length_ + lanes - 1) / lanes * lanes);
    for (Store& store : stores_) {
      if (store.values.size() >= positions * value_stride()) continue;
      store.keys.resize(positions * head_size_);
      store.values.resize(positions * value_stride());
    }
  }

  /// Writes the key and the value, each [head_size], of a position below length().
  void write(int layer, int head, int position, const float* key, const float* value) {
    Store& store = this->store(layer, head);
    float* keys = store.keys.data() +
                  static_cast<std::size_t>(position / lanes) * lanes * head_size_ +
                  position % lanes;
    for (int i = 0; i < head_size_; ++i) keys[i * lanes] = key[i];
    float* values = store.values.data() + static_cast<std::size_t>(position) * value_stride();
    std::copy_n(value, head_size_, values);
  }

  /// The positions [begin, end), all of them; `begin` is a multiple of 16.
  KvRun<float> run(int layer, int head, int begin, int end) const {
    const Store& store = this->store(layer, head);
    const auto first = static_cast<std::size_t>(begin);
    return {end - begin, store.keys.data() + first * head_size_,
            store.values.data() + first * value_stride()};
  }

 private:
  struct Store {
    AlignedVector<float> keys, values;
  };

  const Store& store(int layer, int head) const {
    return stores_[static_cast<std::size_t>(layer) * heads_ + head];
  }
  Store& store(int layer, int head) {
    return stores_[static_cast<std::size_t>(layer) * heads_ + head];
  }

  int layers_, heads_, head_size_;
  int length_ = 0;
  std::vector<Store> stores_;
};

static_assert(KvCache<ContiguousKvCache>);

}  // namespace tamis
