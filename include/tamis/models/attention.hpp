#pragma once

/// \file attention.hpp
/// Grouped-query attention over a cache of keys and values.
///
/// Source: Ainslie et al., "GQA: training generalized multi-query transformer models...", EMNLP
/// 2023.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "../core/aligned_vector.hpp"
#include "kernels.hpp"
#include "multiplier.hpp"
#include "tile_height.hpp"
#include "workers.hpp"

namespace tamis {

/// Consecutive tokens of one sequence among the rows that attend together.
template <class C>
struct AttentionRows {
  const C* cache;  ///< has the keys and values of these tokens already
  int first;       ///< the row of the first of them
  int tokens;
  int begin;  ///< the position of the first of them
};

/// Attends with the queries of some tokens, each seeing its sequence up to itself.
template <class C>
class Attention {
 public:
  /// queries and to: [rows][heads][head_size], `stride` floats from row to row.
  void operator()(const Kernels& kernels, Workers& workers,
                  std::span<const AttentionRows<C>> sequences, int layer, int heads,
                  const float* queries, float* to, int stride) {
    scratch_.resize(static_cast<std::size_t>(workers.threads()));
    tiles_.clear();
    for (const AttentionRows<C>& rows : sequences) cut(rows, heads, kernels.tile_rows, stride);
    workers.share(static_cast<int>(tiles_.size()), 1, [&](int begin, int end, int worker) {
      for (int i = begin; i < end; ++i)
        attend_tile(kernels, scratch_[worker], layer, tiles_[i], queries, to);
    });
  }

 private:
  struct Scratch {
    AlignedVector<float> queries, scores, weights, sums;
  };

  /// Some queries that attend to one head of keys and values.
  struct Tile {
    const C* cache;
    int head;
    std::ptrdiff_t at;  ///< of the first query and its answer
    int stride, height;
    int seen;    ///< how many positions the first row sees
    int growth;  ///< how many more the next row sees
  };

  /// A tile's rows are consecutive tokens of one head or, of a single token, the heads of one
  /// group.
  void cut(const AttentionRows<C>& rows, int heads, int most, int stride) {
    const int size = rows.cache->head_size(), group = heads / rows.cache->heads();
    const bool single = rows.tokens == 1;
    const int count = single ? group : rows.tokens;
    for (int i = 0; i < (single ? rows.cache->heads() : heads); ++i)
      for (int first = 0, height; first < count; first += height) {
        height = tile_height(count - first, most);
        const int head = single ? i * group + first : i, token = single ? 0 : first;
        const std::ptrdiff_t at = std::ptrdiff_t{rows.first + token} * stride + head * size;
        tiles_.push_back({rows.cache, head / group, at, single ? size : stride, height,
                          rows.begin + token + 1, single ? 0 : 1});
      }
  }

  static void attend_tile(const Kernels& kernels, Scratch& scratch, int layer, const Tile& tile,
                          const float* from, float* to) {
    const C& cache = *tile.cache;
    const int head = tile.head;
    from += tile.at;
    to += tile.at;
    const int size = cache.head_size(), height = tile.height, value_stride = cache.value_stride();
    const int positions = tile.seen + tile.growth * (height - 1), stride = padded(positions);
    const auto grow = [](AlignedVector<float>& vector, int count, int each) {
      const std::size_t floats = static_cast<std::size_t>(count) * each;
      if (vector.size() < floats) vector.resize(floats);
      return vector.data();
    };

    float* queries = grow(scratch.queries, height, size);
    for (int t = 0; t < height; ++t)
      for (int i = 0; i < size; ++i)
        queries[i * height + t] = from[std::ptrdiff_t{t} * tile.stride + i];
    float* scores = grow(scratch.scores, height, stride);
    kernels.multiply_tile(
        height, queries,
        {cache.keys(layer, head), stride / 16, size, std::ptrdiff_t{16} * size, 16}, scores,
        stride);

    float* weights = grow(scratch.weights, height, positions);
    float* sums = grow(scratch.sums, height, value_stride + 1);
    const float scale = 1.0f / std::sqrt(static_cast<float>(size));
    for (int t = 0; t < height; ++t) {
      float* row = scores + std::ptrdiff_t{t} * stride;
      const int seen = tile.seen + tile.growth * t;
      sums[t] = kernels.exponentials(row, seen, scale);
      for (int i = 0; i < seen; ++i) weights[i * height + t] = row[i];
      for (int i = seen; i < positions; ++i) weights[i * height + t] = 0;
    }
    float* mixed = sums + height;
    kernels.multiply_tile(
        height, weights,
        {cache.values(layer, head), value_stride / 16, positions, 16, value_stride}, mixed,
        value_stride);
    for (int t = 0; t < height; ++t)
      for (int i = 0; i < size; ++i)
        to[std::ptrdiff_t{t} * tile.stride + i] =
            mixed[std::ptrdiff_t{t} * value_stride + i] / sums[t];
  }

  std::vector<Scratch> scratch_;  // by worker
  std::vector<Tile> tiles_;
};

}  // namespace tamis
