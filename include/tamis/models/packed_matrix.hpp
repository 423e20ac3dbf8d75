#pragma once

/// \file packed_matrix.hpp
/// A matrix of weights, as small as in the file, in the order in which vector units read it.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "../core/half.hpp"
#include "../io/tensor_type.hpp"
#include "weight_memory.hpp"

namespace tamis {

/// A matrix [rows, columns] whose rows are taken by sixteen: a panel. In a panel the numbers of one
/// column stand together, a row in each lane of a register, so that a product with a vector is one
/// multiplication and addition a column and never a sum across lanes.
///
/// A panel is a sequence of blocks, of one column (f32, f16) or 32 (the others):
///
///   f32    float number[16]
///   f16    half number[16]
///   q8_0   half scale[16]; uint32 quants[8][16]               number = scale * (quant - 128)
///   q4_0   half scale[16]; uint32 quants[4][16]               number = scale * (quant - 8)
///   q4_1   half scale[16], offset[16]; uint32 quants[4][16]   number = scale * quant + offset
///
/// A uint32 has the quants of four columns of a row, one a byte; or of eight, the first four in the
/// lower halves of the bytes. Missing rows of the last panel are zero. The memory is a
/// WeightMemory's.
class PackedMatrix {
 public:
  static constexpr int lanes = 16;

  /// Does Tamis compute with weights that a file stores in this way?
  static constexpr bool supports(std::uint32_t type) {
    return type == 0 || type == 1 || type == 2 || type == 3 || type == 8;
  }

  PackedMatrix() = default;

  /// Packs a tensor of a supported `type`: `from` holds exactly its rows, one after the other.
  PackedMatrix(TensorType type, int rows, int columns, std::span<const std::byte> from,
               WeightMemory& memory)
      : type_(type), rows_(rows), columns_(columns) {
    bytes_ = memory.take(bytes());
    pack(from.data());
  }

  TensorType type() const { return type_; }
  int rows() const { return rows_; }
  int columns() const { return columns_; }
  int panels() const { return (rows_ + lanes - 1) / lanes; }

  const std::byte* panel(int index) const { return bytes_ + index * panel_bytes(); }
  std::size_t bytes() const { return static_cast<std::size_t>(panels()) * panel_bytes(); }

  /// How many columns a block of a panel has.
  static constexpr int block_columns(TensorType type) {
    return static_cast<int>(tensor_layout(type).block_length);
  }
  /// The size of a block of a panel.
  static constexpr std::size_t block_bytes(TensorType type) {
    return std::size_t{lanes} * tensor_layout(type).block_bytes;
  }
  /// Where in a block of quants their words begin.
  static constexpr std::size_t quants_at(TensorType type) {
    return type == TensorType::q4_1 ? 64 : 32;
  }
  /// How many bits a quant has.
  static constexpr int bits(TensorType type) { return type == TensorType::q8_0 ? 8 : 4; }
  /// How far from the right end of its word a column's quant is; columns are counted from the
  /// word's first.
  static constexpr int shift(TensorType type, int column) {
    return bits(type) == 8 ? 8 * column : 8 * (column % 4) + column / 4 * 4;
  }
  /// The quant that stands for zero, but for q4_1, which says so in its offset.
  static constexpr int middle(TensorType type) {
    return type == TensorType::q8_0 ? 128 : type == TensorType::q4_0 ? 8 : 0;
  }

  /// Writes the numbers of one row to `to`, [columns].
  void row(int row, float* to) const {
    const std::byte* block = panel(row / lanes);
    const int step = block_columns(type_);
    const std::size_t size = block_bytes(type_);
    for (int column = 0; column < columns_; column += step, block += size)
      for (int i = 0; i < step; ++i) to[column + i] = number(block, row % lanes, i);
  }

 private:
  std::size_t panel_bytes() const {
    return static_cast<std::size_t>(columns_ / block_columns(type_)) * block_bytes(type_);
  }

  template <class T>
  static T read(const std::byte* from, int index = 0) {
    T value;
    std::memcpy(&value, from + index * sizeof(T), sizeof(T));
    return value;
  }
  template <class T>
  static void write(std::byte* to, int index, T value) {
    std::memcpy(to + index * sizeof(T), &value, sizeof(T));
  }

  void pack(const std::byte* from) {
    switch (type_) {
      case TensorType::f32:
        return pack_rows<TensorType::f32>(from);
      case TensorType::f16:
        return pack_rows<TensorType::f16>(from);
      case TensorType::q4_0:
        return pack_rows<TensorType::q4_0>(from);
      case TensorType::q4_1:
        return pack_rows<TensorType::q4_1>(from);
      case TensorType::q8_0:
        return pack_rows<TensorType::q8_0>(from);
    }
  }

  template <TensorType type>
  void pack_rows(const std::byte* from) {
    constexpr std::size_t from_bytes = tensor_layout(type).block_bytes,
                          to_bytes = block_bytes(type);
    constexpr int step = block_columns(type);
    const std::size_t panel_size = panel_bytes();
    for (int row = 0; row < rows_; ++row) {
      std::byte* to = bytes_ + row / lanes * panel_size;
      for (int column = 0; column < columns_; column += step, from += from_bytes, to += to_bytes)
        pack_block<type>(from, to, row % lanes);
    }
  }

  /// One block of a row in the file, into one lane of a block of a panel.
  template <TensorType type>
  static void pack_block(const std::byte* from, std::byte* to, int lane) {
    if constexpr (type == TensorType::f32) return write(to, lane, read<float>(from));
    write(to, lane, read<std::uint16_t>(from));  // the number, or the scale
    if constexpr (type == TensorType::f16) return;
    if constexpr (type == TensorType::q4_1) write(to, lanes + lane, read<std::uint16_t>(from, 1));
    const std::byte* quants = from + (type == TensorType::q4_1 ? 4 : 2);
    to += quants_at(type);
    for (int word = 0; word < bits(type); ++word) {
      // In a file four-bit quants stand in the lower halves of sixteen bytes, then in the upper
      // ones.
      if constexpr (bits(type) == 8) {
        write(to, word * lanes + lane, read<std::uint32_t>(quants, word) ^ 0x80808080u);
      } else {
        const auto first = read<std::uint32_t>(quants, 2 * word % 4) >> word / 2 * 4 & 0x0f0f0f0fu;
        const auto second =
            read<std::uint32_t>(quants, 2 * word % 4 + 1) >> word / 2 * 4 & 0x0f0f0f0fu;
        write(to, word * lanes + lane, first | second << 4);
      }
    }
  }

  float number(const std::byte* block, int lane, int column) const {
    if (type_ == TensorType::f32) return read<float>(block, lane);
    const float first = float_of_half(read<std::uint16_t>(block, lane));
    if (type_ == TensorType::f16) return first;
    const int columns = 32 / bits(type_);
    const auto word =
        read<std::uint32_t>(block + quants_at(type_), column / columns * lanes + lane);
    const auto quant =
        static_cast<int>(word >> shift(type_, column % columns) & ((1u << bits(type_)) - 1));
    const float product = first * static_cast<float>(quant - middle(type_));
    return type_ == TensorType::q4_1
               ? product + float_of_half(read<std::uint16_t>(block, lanes + lane))
               : product;
  }

  TensorType type_ = TensorType::f32;
  int rows_ = 0, columns_ = 0;
  std::byte* bytes_ = nullptr;
};

}  // namespace tamis
