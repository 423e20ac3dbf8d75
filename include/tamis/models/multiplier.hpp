#pragma once

/// \file multiplier.hpp
/// Products of weights with one or many rows of numbers.

#include <algorithm>
#include <cstddef>
#include <vector>

#include "../core/aligned_vector.hpp"
#include "../core/workers.hpp"
#include "kernels.hpp"
#include "packed_matrix.hpp"
#include "tile_height.hpp"

namespace tamis {

/// A count rounded up to whole registers: how far apart rows of so many numbers are kept.
constexpr int padded(int count) {
  return (count + PackedMatrix::lanes - 1) / PackedMatrix::lanes * PackedMatrix::lanes;
}

/// Rows of numbers that several matrices are multiplied with.
struct Rows {
  const float* at;  ///< [count][stride], the first `depth` of each row being the numbers
  int count, depth, stride;
};

/// Multiplies with the kernels of this machine, on some threads. The numbers it returns depend
/// neither on how many threads there are nor on how many rows come at once.
class Multiplier {
 public:
  Multiplier(const Kernels& kernels, int threads)
      : workers_(threads), kernels_(kernels), panels_(workers_.threads()) {}

  const Kernels& kernels() const { return kernels_; }
  Workers& workers() { return workers_; }

  /// Chooses the rows of the products to come; they stay the caller's, and as they are.
  void take(Rows rows) {
    rows_ = rows;
    tiled_ = fixed_ = false;
  }

  /// to[t] = matrix * row t, for each of the rows taken: to [count][stride], where stride is
  /// matrix.rows() padded or more.
  void multiply(const PackedMatrix& matrix, float* to, int stride) {
    const bool fixed = kernels_.multiply_fixed && PackedMatrix::block_columns(matrix.type()) == 32;
    if (fixed)
      fix();
    else if (rows_.count > 1)
      tile();
    workers_.share(matrix.panels(), 4, [&](int begin, int end, int worker) {
      if (fixed)
        kernels_.multiply_fixed(matrix, begin, end, rows_.count, blocks_.data(), to, stride);
      else if (rows_.count == 1)
        kernels_.multiply_vector(matrix, begin, end, rows_.at, to);
      else
        multiply_tiles(matrix, begin, end, worker, to, stride);
    });
  }

 private:
  void fix() {
    if (fixed_) return;
    fixed_ = true;
    blocks_.resize(static_cast<std::size_t>(rows_.count) * rows_.depth / 32);
    kernels_.fix_rows(rows_.at, rows_.count, rows_.depth, rows_.stride, blocks_.data());
  }

  /// Tiles of rows, in each the numbers of one column side by side.
  void tile() {
    if (tiled_) return;
    tiled_ = true;
    tiles_.resize(static_cast<std::size_t>(rows_.count) * rows_.depth);
    for (int first = 0, height; first < rows_.count; first += height) {
      height = tile_height(rows_.count - first, kernels_.tile_rows);
      float* tile = tiles_.data() + static_cast<std::size_t>(first) * rows_.depth;
      for (int t = 0; t < height; ++t) {
        const float* row = rows_.at + static_cast<std::size_t>(first + t) * rows_.stride;
        for (int k = 0; k < rows_.depth; ++k) tile[k * height + t] = row[k];
      }
    }
  }

  void multiply_tiles(const PackedMatrix& matrix, int begin, int end, int worker, float* to,
                      int stride) {
    constexpr int group = 2;  // panels unpacked at a time
    const std::ptrdiff_t panel_floats = std::ptrdiff_t{matrix.columns()} * PackedMatrix::lanes;
    AlignedVector<float>& floats = panels_[static_cast<std::size_t>(worker)];
    if (floats.size() < static_cast<std::size_t>(group * panel_floats))
      floats.resize(group * panel_floats);
    for (int panel = begin; panel < end; panel += group) {
      const int count = std::min(group, end - panel);
      for (int i = 0; i < count; ++i)
        kernels_.unpack_panel(matrix, panel + i, floats.data() + i * panel_floats);
      for (int first = 0, height; first < rows_.count; first += height) {
        height = tile_height(rows_.count - first, kernels_.tile_rows);
        kernels_.multiply_tile(
            height, tiles_.data() + static_cast<std::size_t>(first) * rows_.depth,
            {floats.data(), count, rows_.depth, panel_floats, PackedMatrix::lanes},
            to + static_cast<std::size_t>(first) * stride + panel * PackedMatrix::lanes, stride);
      }
    }
  }

  Workers workers_;
  const Kernels& kernels_;
  Rows rows_{nullptr, 0, 0, 0};
  bool tiled_ = false, fixed_ = false;  // are the rows in tiles_, in blocks_?
  AlignedVector<detail::FixedBlock> blocks_;
  AlignedVector<float> tiles_;
  std::vector<AlignedVector<float>> panels_;  // a worker's panels as floats
};

}  // namespace tamis
