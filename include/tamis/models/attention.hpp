#pragma once

/// \file attention.hpp
/// Grouped-query attention over a cache of keys and values.
///
/// Source: Ainslie et al., "GQA: training generalized multi-query transformer models...", EMNLP
/// 2023.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../core/aligned_vector.hpp"
#include "../core/workers.hpp"
#include "../generation/kv_cache.hpp"
#include "kernels.hpp"
#include "multiplier.hpp"
#include "tile_height.hpp"

namespace tamis {

/// Consecutive tokens of one sequence among the rows that attend together.
template <class C>
struct AttentionRows {
  const C* cache;  ///< has the keys and values of these tokens already
  int first;       ///< the row of the first of them
  int tokens;
  int begin;  ///< the position of the first of them
};

/// The queries of some tokens.
struct AttentionQueries {
  const float* rows;
  /// As they are turned for the sinks of a SlidingKvCache: by the positions within it.
  const float* to_sinks = nullptr;
};

/// Attends with the queries of some tokens, each seeing its sequence up to itself.
template <class C>
class Attention {
 public:
  /// Queries and to: [rows][heads][head_size], `stride` floats from row to row.
  void operator()(const Kernels& kernels, Workers& workers,
                  std::span<const AttentionRows<C>> sequences, int layer, int heads,
                  const AttentionQueries& queries, float* to, int stride) {
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
    AlignedVector<float> queries, scores, weights, sums, numbers;
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

  /// Positions that a tile looks at, and where their scores stand among those of a row.
  struct Section {
    int begin, end, column;
    const float* queries;  ///< [head_size][height]
  };

  /// What a row sees of a section: [begin, end).
  struct Sight {
    int begin, end;
  };

  static constexpr bool slides = SlidingKvCache<C>;
  using Sections = std::array<Section, slides ? 2 : 1>;

  static Sections sections_of(const Tile& tile, const float* queries) {
    const int end = tile.seen + tile.growth * (tile.height - 1);
    if constexpr (slides) {
      const C& cache = *tile.cache;
      const int sinks = cache.sinks();
      const int first = std::max(sinks, tile.seen - cache.window()) / 16 * 16;
      return {{{0, std::min(sinks, end), 0, queries + tile.height * cache.head_size()},
               {first, std::max(first, end), padded(sinks), queries}}};
    } else {
      return {{{0, end, 0, queries}}};
    }
  }

  static Sight sight_of(const C& cache, const Section& section, int seen) {
    if constexpr (slides) {
      if (section.column == 0 && cache.sinks() > 0) return {0, std::min(section.end, seen)};
      const int end = std::min(section.end, seen);
      return {std::min(end, std::max(cache.sinks(), seen - cache.window())), end};
    } else {
      (void)cache;
      return {section.begin, seen};
    }
  }

  static float* grow(AlignedVector<float>& vector, int count, int each) {
    const std::size_t floats = static_cast<std::size_t>(count) * each;
    if (vector.size() < floats) vector.resize(floats);
    return vector.data();
  }

  /// The numbers as floats.
  static const float* widened(const Kernels&, AlignedVector<float>&, const float* from, int) {
    return from;
  }
  static const float* widened(const Kernels& kernels, AlignedVector<float>& room,
                              const std::int8_t* from, int count) {
    float* to = grow(room, count, 1);
    kernels.widen(from, count, to);
    return to;
  }

  /// Calls f(run, position) for the runs of a section.
  template <class F>
  static void for_runs(const Tile& tile, int layer, const Section& section, F f) {
    for (int at = section.begin; at < section.end;) {
      const auto run = tile.cache->run(layer, tile.head, at, section.end);
      f(run, at);
      at += run.count;
    }
  }

  static void attend_tile(const Kernels& kernels, Scratch& scratch, int layer, const Tile& tile,
                          const AttentionQueries& from, float* to) {
    const C& cache = *tile.cache;
    const int size = cache.head_size(), height = tile.height, value_stride = cache.value_stride();
    float* queries = grow(scratch.queries, (slides ? 2 : 1) * height, size);
    transpose(from.rows + tile.at, tile, size, queries);
    if constexpr (slides) transpose(from.to_sinks + tile.at, tile, size, queries + height * size);
    to += tile.at;

    const Sections sections = sections_of(tile, queries);
    const Section& last = sections.back();
    const int columns = last.column + padded(last.end - last.begin);
    float* scores = grow(scratch.scores, height, columns);
    for (const Section& section : sections)
      for_runs(tile, layer, section, [&](const auto& run, int at) {
        const int width = padded(run.count);
        float* here = scores + section.column + (at - section.begin);
        const float* keys = widened(kernels, scratch.numbers, run.keys, width * size);
        kernels.multiply_tile(height, section.queries,
                              {keys, width / 16, size, std::ptrdiff_t{16} * size, 16}, here,
                              columns);
        if (!run.key_scales) return;
        for (int t = 0; t < height; ++t)
          for (int i = 0; i < run.count; ++i)
            here[std::ptrdiff_t{t} * columns + i] *= run.key_scales[i];
      });

    float* weights = grow(scratch.weights, height, columns);
    float* sums = grow(scratch.sums, height, value_stride + 1);
    for (int t = 0; t < height; ++t)
      sums[t] = weigh(kernels, tile, sections, t, scores + std::ptrdiff_t{t} * columns, weights);

    float* mixed = sums + height;
    bool goes_on = false;
    for (const Section& section : sections)
      for_runs(tile, layer, section, [&](const auto& run, int at) {
        float* here = weights + std::ptrdiff_t{section.column + (at - section.begin)} * height;
        if (run.value_scales)
          for (int i = 0; i < run.count * height; ++i) here[i] *= run.value_scales[i / height];
        const float* values =
            widened(kernels, scratch.numbers, run.values, run.count * value_stride);
        kernels.multiply_tile(height, here,
                              {values, value_stride / 16, run.count, 16, value_stride, goes_on},
                              mixed, value_stride);
        goes_on = true;
      });
    for (int t = 0; t < height; ++t)
      for (int i = 0; i < size; ++i)
        to[std::ptrdiff_t{t} * tile.stride + i] =
            mixed[std::ptrdiff_t{t} * value_stride + i] / sums[t];
  }

  /// The tile's queries, [height] of `stride`, to [head_size][height].
  static void transpose(const float* from, const Tile& tile, int size, float* to) {
    for (int t = 0; t < tile.height; ++t)
      for (int i = 0; i < size; ++i)
        to[i * tile.height + t] = from[std::ptrdiff_t{t} * tile.stride + i];
  }

  /// Turns the scores of row t into weights, [columns][height], where it sees nothing 0; returns
  /// what they are to be divided by.
  static float weigh(const Kernels& kernels, const Tile& tile, const Sections& sections, int t,
                     float* scores, float* weights) {
    const int seen = tile.seen + tile.growth * t;
    // What it sees moves together, so that the sum is the same however the tokens came.
    int count = 0;
    for (const Section& section : sections) {
      const Sight sight = sight_of(*tile.cache, section, seen);
      const int first = section.column + (sight.begin - section.begin);
      const int many = sight.end - sight.begin;
      if (first != count) std::copy_n(scores + first, many, scores + count);
      count += many;
    }
    const float scale = 1.0f / std::sqrt(static_cast<float>(tile.cache->head_size()));
    const float sum = kernels.exponentials(scores, count, scale);
    for (const Section& section : sections) {
      const Sight sight = sight_of(*tile.cache, section, seen);
      float* to = weights + std::ptrdiff_t{section.column} * tile.height + t;
      for (int i = section.begin; i < section.end; ++i, to += tile.height)
        *to = i >= sight.begin && i < sight.end ? *scores++ : 0;
    }
    return sum;
  }

  std::vector<Scratch> scratch_;  // by worker
  std::vector<Tile> tiles_;
};

}  // namespace tamis
