#pragma once

/// \file quantized_kv_cache.hpp
/// A cache of bytes.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "../core/aligned_vector.hpp"
#include "kv_cache.hpp"

namespace tamis {

/// A cache whose keys and values are integers of 8 bits and a scale, one for each key and each
/// value: a fourth of the memory of a ContiguousKvCache, and something less to read. What it gives
/// is near what that gives; the benchmark of bench/generation/ says how near in perplexity. A token
/// reads what was stored of itself too, so that the logits are the same however the tokens came.
class QuantizedKvCache {
 public:
  static constexpr int lanes = ContiguousKvCache::lanes;

  /// Remembers nothing yet.
  QuantizedKvCache(int layers, int heads, int head_size)
      : layers_(layers),
        heads_(heads),
        head_size_(head_size),
        stores_(static_cast<std::size_t>(layers) * heads) {}

  int length() const { return length_; }
  int layers() const { return layers_; }
  int heads() const { return heads_; }
  int head_size() const { return head_size_; }

  /// How far apart the values of two positions are, in bytes.
  int value_stride() const { return (head_size_ + lanes - 1) / lanes * lanes; }

  /// Forgets all but the first `length` tokens.
  void rewind(int length) { length_ = std::clamp(length, 0, length_); }

  /// A cache that begins as this one and goes its own way; the same as a copy.
  QuantizedKvCache fork() const { return *this; }

  /// The memory that a token takes, in bytes; it comes for sixteen tokens at a time.
  std::size_t bytes_per_token() const {
    return stores_.size() *
           (static_cast<std::size_t>(head_size_) + value_stride() + 2 * sizeof(float));
  }
  /// The memory in use, in bytes.
  std::size_t bytes() const {
    std::size_t bytes = 0;
    for (const Store& store : stores_)
      bytes += store.keys.size() + store.values.size() +
               (store.key_scales.size() + store.value_scales.size()) * sizeof(float);
    return bytes;
  }

  /// Makes room for `count` more tokens, whose keys and values the caller then writes.
  void extend(int count) {
    length_ += count;
    const auto positions = static_cast<std::size_t>((length_ + lanes - 1) / lanes * lanes);
    for (Store& store : stores_) {
      if (store.value_scales.size() >= positions) continue;
      store.keys.resize(positions * head_size_);
      store.values.resize(positions * value_stride());
      store.key_scales.resize(positions);
      store.value_scales.resize(positions);
    }
  }

  /// Writes the key and the value, each [head_size], of a position below length().
  void write(int layer, int head, int position, const float* key, const float* value) {
    Store& store = stores_[static_cast<std::size_t>(layer) * heads_ + head];
    const auto at = static_cast<std::size_t>(position);
    std::int8_t* keys = store.keys.data() + at / lanes * lanes * head_size_ + at % lanes;
    store.key_scales[at] = quantize(key, keys, lanes);
    store.value_scales[at] = quantize(value, store.values.data() + at * value_stride(), 1);
  }

  /// The positions from `begin` on, a multiple of 16, to `end`, or as many as become floats
  /// together.
  KvRun<std::int8_t> run(int layer, int head, int begin, int end) const {
    constexpr int together = 64;  // few enough for the floats to stay in the first cache
    const Store& store = stores_[static_cast<std::size_t>(layer) * heads_ + head];
    const auto first = static_cast<std::size_t>(begin);
    return {std::min(end - begin, together), store.keys.data() + first * head_size_,
            store.values.data() + first * value_stride(), store.key_scales.data() + first,
            store.value_scales.data() + first};
  }

 private:
  struct Store {
    AlignedVector<std::int8_t> keys, values;
    AlignedVector<float> key_scales, value_scales;
  };

  /// x = scale * to, `stride` bytes apart; returns the scale, which is no number if one of x is
  /// none.
  float quantize(const float* x, std::int8_t* to, int stride) const {
    float most = 0;
    bool numbers = true;
    for (int i = 0; i < head_size_; ++i) {
      most = std::max(most, std::abs(x[i]));
      numbers &= std::abs(x[i]) <= std::numeric_limits<float>::max();
    }
    const bool vanishes = most < 1e-30f;
    const float factor = vanishes || !numbers ? 0 : 127 / most;
    for (int i = 0; i < head_size_; ++i)
      to[i * stride] =
          factor == 0 ? std::int8_t{0} : static_cast<std::int8_t>(std::lrint(x[i] * factor));
    return numbers ? most / 127 : std::numeric_limits<float>::quiet_NaN();
  }

  int layers_, heads_, head_size_;
  int length_ = 0;
  std::vector<Store> stores_;
};

static_assert(KvCache<QuantizedKvCache>);

}  // namespace tamis
