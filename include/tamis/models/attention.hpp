#pragma once

/// \file attention.hpp
/// Grouped-query attention over a cache of keys and values.
///
/// Source: Ainslie et al., "GQA: training generalized multi-query transformer models...", EMNLP
/// 2023.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../core/aligned_vector.hpp"
#include "../generation/kv_cache.hpp"
#include "kernels.hpp"
#include "multiplier.hpp"
#include "tile_height.hpp"
#include "workers.hpp"

namespace tamis {

/// Attends with the queries of the cache's last tokens, each seeing the tokens up to its own.
class Attention {
 public:
  /// queries and to: [tokens][heads][head_size], `stride` floats from token to token. The cache has
  /// the keys and values of these tokens already.
  void operator()(const Kernels& kernels, Workers& workers, const ContiguousKvCache& cache,
                  int layer, int heads, int tokens, const float* queries, float* to, int stride) {
    scratch_.resize(static_cast<std::size_t>(workers.threads()));
    // A tile's rows are consecutive tokens of one head or, of a single token, the heads of one
    // group.
    const int group = heads / cache.heads(), size = cache.head_size();
    const bool single = tokens == 1;
    const int rows = single ? group : tokens;
    const int tiles = tile_count(rows, kernels.tile_rows);
    workers.share((single ? cache.heads() : heads) * tiles, 1, [&](int begin, int end, int worker) {
      for (int i = begin; i < end; ++i) {
        int first = 0;
        for (int skip = i % tiles; skip > 0; --skip)
          first += tile_height(rows - first, kernels.tile_rows);
        const int head = single ? i / tiles * group + first : i / tiles;
        const int token = single ? 0 : first;
        const std::ptrdiff_t at = std::ptrdiff_t{token} * stride + head * size;
        attend_tile(kernels, scratch_[worker], cache, layer, head / group,
                    {queries + at, to + at, single ? size : stride,
                     tile_height(rows - first, kernels.tile_rows),
                     cache.length() - tokens + token + 1, single ? 0 : 1});
      }
    });
  }

 private:
  struct Scratch {
    AlignedVector<float> queries, scores, weights, sums;
  };

  /// Some queries that attend to one head of keys and values.
  struct Tile {
    const float* queries;
    float* to;
    int stride, height;
    int seen;    ///< how many positions the first row sees
    int growth;  ///< how many more the next row sees
  };

  static void attend_tile(const Kernels& kernels, Scratch& scratch, const ContiguousKvCache& cache,
                          int layer, int head, const Tile& tile) {
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
        queries[i * height + t] = tile.queries[std::ptrdiff_t{t} * tile.stride + i];
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
        tile.to[std::ptrdiff_t{t} * tile.stride + i] =
            mixed[std::ptrdiff_t{t} * value_stride + i] / sums[t];
  }

  std::vector<Scratch> scratch_;  // by worker
};

}  // namespace tamis
