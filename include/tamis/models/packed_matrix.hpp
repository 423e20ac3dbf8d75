#pragma once

/// \file packed_matrix.hpp
/// A matrix of weights, as small as in the file, in the order in which vector units read it.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "../core/aligned_vector.hpp"
#include "../io/tensor_type.hpp"
#include "half.hpp"

namespace tamis {

/// A matrix [rows, columns] whose rows are taken by sixteen: a panel. In a panel the numbers of one
/// column stand together, a row in each lane of a register, so that a product with a vector is one
/// multiplication and addition a column and never a sum across lanes.
///
/// A panel is a sequence of blocks, of one column (f32, f16) or 32 (q8_0, q4_1):
///
///   f32    float value[16]
///   f16    half value[16]
///   q8_0   half scale[16]; int8 quant[32][16]                         value = scale * quant
///   q4_1   half scale[16], offset[16]; uint32 quants[4][16]           value = scale * quant +
///   offset q4_0   half scale[16]; uint32 quants[4][16]                       value = scale *
///   (quant - 8)
///
/// where a uint32 has the quants of eight columns, the first in its lowest four bits. Missing rows
/// of the last panel are zero.
class PackedMatrix {
 public:
  static constexpr int lanes = 16;

  /// Does Tamis compute with weights stored in this way?
  static constexpr bool supports(std::uint32_t type) {
    return type == 0 || type == 1 || type == 2 || type == 3 || type == 8;
  }

  PackedMatrix() = default;

  /// Packs the rows of a tensor of a supported `type`: `bytes` holds exactly them, one after the
  /// other.
  PackedMatrix(TensorType type, int rows, int columns, std::span<const std::byte> bytes)
      : type_(type), rows_(rows), columns_(columns) {
    bytes_.resize(static_cast<std::size_t>(panels()) * panel_bytes());
    const TensorLayout layout = tensor_layout(type);
    const std::size_t blocks = static_cast<std::size_t>(columns) / layout.block_length;
    for (int row = 0; row < rows; ++row) {
      const std::byte* from = bytes.data() + row * blocks * layout.block_bytes;
      std::byte* to = bytes_.data() + row / lanes * panel_bytes();
      for (std::size_t block = 0; block < blocks; ++block) {
        pack(type, from, to, row % lanes);
        from += layout.block_bytes;
        to += block_bytes();
      }
    }
  }

  TensorType type() const { return type_; }
  int rows() const { return rows_; }
  int columns() const { return columns_; }
  int panels() const { return (rows_ + lanes - 1) / lanes; }

  const std::byte* panel(int index) const { return bytes_.data() + index * panel_bytes(); }
  std::size_t bytes() const { return bytes_.size(); }

  /// How many columns a block of a panel has.
  static constexpr int block_columns(TensorType type) {
    return static_cast<int>(tensor_layout(type).block_length);
  }
  /// The size of a block of a panel.
  static constexpr std::size_t block_bytes(TensorType type) {
    return std::size_t{lanes} * tensor_layout(type).block_bytes;
  }

  /// Writes the numbers of one row to `to`, [columns].
  void row(int row, float* to) const {
    const std::byte* from = panel(row / lanes);
    const int lane = row % lanes, step = block_columns(type_);
    for (int column = 0; column < columns_; column += step, from += block_bytes())
      for (int i = 0; i < step; ++i) to[column + i] = number(from, lane, i);
  }

 private:
  std::size_t block_bytes() const { return block_bytes(type_); }
  std::size_t panel_bytes() const {
    return static_cast<std::size_t>(columns_ / block_columns(type_)) * block_bytes();
  }

  template <class T>
  static T read(const std::byte* from, std::size_t index = 0) {
    T value;
    std::memcpy(&value, from + index * sizeof(T), sizeof(T));
    return value;
  }
  template <class T>
  static void write(std::byte* to, std::size_t index, T value) {
    std::memcpy(to + index * sizeof(T), &value, sizeof(T));
  }

  /// One block of a row in the file, into one lane of a block of a panel.
  static void pack(TensorType type, const std::byte* from, std::byte* to, int lane) {
    switch (type) {
      case TensorType::f32:
        return write(to, lane, read<float>(from));
      case TensorType::f16:
        return write(to, lane, read<std::uint16_t>(from));
      case TensorType::q8_0:
        write(to, lane, read<std::uint16_t>(from));
        for (int i = 0; i < 32; ++i) to[32 + i * lanes + lane] = from[2 + i];
        return;
      case TensorType::q4_1:
        write(to, lane, read<std::uint16_t>(from));
        write(to, lanes + lane, read<std::uint16_t>(from, 1));
        return pack_nibbles(from + 4, to + 64, lane);
      case TensorType::q4_0:
        write(to, lane, read<std::uint16_t>(from));
        return pack_nibbles(from + 2, to + 32, lane);
    }
  }

  /// In the file the lower halves of the sixteen bytes are columns 0 to 15, the upper ones 16
  /// to 31.
  static void pack_nibbles(const std::byte* from, std::byte* to, int lane) {
    for (int eight = 0; eight < 4; ++eight) {
      std::uint32_t bits = 0;
      for (int i = 0; i < 8; ++i) {
        const int column = 8 * eight + i;
        const auto byte = std::to_integer<std::uint32_t>(from[column % 16]);
        bits |= (column < 16 ? byte & 15 : byte >> 4) << 4 * i;
      }
      write(to, eight * lanes + lane, bits);
    }
  }

  static float nibble(const std::byte* quants, int lane, int column) {
    const auto bits = read<std::uint32_t>(quants, column / 8 * lanes + lane);
    return static_cast<float>(bits >> 4 * (column % 8) & 15);
  }

  float number(const std::byte* block, int lane, int column) const {
    const auto half = [&](int index) { return float_of_half(read<std::uint16_t>(block, index)); };
    switch (type_) {
      case TensorType::f32:
        return read<float>(block, lane);
      case TensorType::f16:
        return half(lane);
      case TensorType::q8_0:
        return half(lane) *
               static_cast<float>(read<std::int8_t>(block + 32, column * lanes + lane));
      case TensorType::q4_1:
        return half(lane) * nibble(block + 64, lane, column) + half(lanes + lane);
      case TensorType::q4_0:
        return half(lane) * (nibble(block + 32, lane, column) - 8);
    }
    return 0;
  }

  TensorType type_ = TensorType::f32;
  int rows_ = 0, columns_ = 0;
  AlignedVector<std::byte> bytes_;
};

}  // namespace tamis
