#pragma once

#include <algorithm>
#include <cstddef>

#include "kv_cache.hpp"

namespace tamis {

/// Where a block of some positions has its keys and values, of all layers and heads, in floats: a
/// layer and head is a KvRun.
struct KvBlockLayout {
  static constexpr int lanes = ContiguousKvCache::lanes;

  int layers, heads, head_size;
  int positions;  ///< a multiple of 16

  /// A multiple of 16, and at least that.
  static constexpr int rounded(int positions) {
    return (std::max(1, positions) + lanes - 1) / lanes * lanes;
  }

  /// How far apart the values of two positions are.
  constexpr int value_stride() const { return (head_size + lanes - 1) / lanes * lanes; }
  /// The size of a block.
  constexpr std::size_t floats() const {
    return static_cast<std::size_t>(layers) * heads * positions * (head_size + value_stride());
  }

  /// Writes the key and the value, each [head_size], of a position of the block.
  void write(float* block, int layer, int head, int position, const float* key,
             const float* value) const {
    float* keys = block + keys_at(layer, head) +
                  std::ptrdiff_t{position / lanes} * lanes * head_size + position % lanes;
    for (int i = 0; i < head_size; ++i) keys[i * lanes] = key[i];
    std::copy_n(value, head_size,
                block + values_at(layer, head) + std::ptrdiff_t{position} * value_stride());
  }

  /// `count` positions from `begin` on, a multiple of 16, or as many as there are.
  KvRun<float> run(const float* block, int layer, int head, int begin, int count) const {
    return {std::min(count, positions - begin),
            block + keys_at(layer, head) + std::ptrdiff_t{begin} * head_size,
            block + values_at(layer, head) + std::ptrdiff_t{begin} * value_stride()};
  }

 private:
  std::ptrdiff_t keys_at(int layer, int head) const {
    return std::ptrdiff_t{layer * heads + head} * positions * (head_size + value_stride());
  }
  std::ptrdiff_t values_at(int layer, int head) const {
    return keys_at(layer, head) + std::ptrdiff_t{positions} * head_size;
  }
};

}  // namespace tamis
