#pragma once

/// \file quantize.hpp
/// Random weights in the storage types of GGUF files, with what they stand for.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <tamis/core/half.hpp>
#include <tamis/io/tensor_type.hpp>
#include <tamis/models/packed_matrix.hpp>
#include <tamis/models/weight_memory.hpp>
#include <vector>

#include "../io/gguf_writer.hpp"

/// A matrix [rows, columns] as a file stores it, and its numbers, row by row.
struct StoredMatrix {
  tamis::TensorType type;
  int rows, columns;
  Bytes bytes;
  std::vector<float> numbers;

  tamis::PackedMatrix packed(tamis::WeightMemory& memory) const {
    return tamis::PackedMatrix(type, rows, columns, bytes, memory);
  }
};

/// Normally distributed numbers with the standard deviation `deviation`, as `type` can say them.
inline StoredMatrix random_matrix(tamis::TensorType type, int rows, int columns, float deviation,
                                  std::mt19937& random) {
  using tamis::TensorType;
  StoredMatrix matrix{type, rows, columns, {}, {}};
  std::normal_distribution<float> normal(0, deviation);
  const auto half = [&](float value) {
    const std::uint16_t bits = tamis::half_of_float(value);
    matrix.bytes.put(bits);
    return tamis::float_of_half(bits);
  };
  const int block = static_cast<int>(tamis::tensor_layout(type).block_length);
  for (int i = 0; i < rows * columns / block; ++i) {
    std::vector<float> x(block);
    for (float& number : x) number = normal(random);
    const auto [least, greatest] = std::ranges::minmax(x);
    const float magnitude = std::max(-least, greatest);
    if (type == TensorType::f32) {
      matrix.bytes.put(x[0]);
    } else if (type == TensorType::f16) {
      x[0] = half(x[0]);
    } else if (type == TensorType::q8_0) {
      const float scale = half(magnitude / 127);
      for (float& number : x) {
        const auto quant =
            static_cast<std::int8_t>(std::clamp(std::round(number / scale), -128.0f, 127.0f));
        matrix.bytes.put(quant);
        number = scale * static_cast<float>(quant);
      }
    } else {
      const bool has_offset = type == TensorType::q4_1;
      const float scale = half(has_offset ? (greatest - least) / 15 : magnitude / 8);
      const float offset = has_offset ? half(least) : -8 * scale;
      std::vector<int> quants;
      for (float& number : x) {
        quants.push_back(
            static_cast<int>(std::clamp(std::round((number - offset) / scale), 0.0f, 15.0f)));
        number = scale * static_cast<float>(quants.back()) + offset;
      }
      for (int j = 0; j < 16; ++j)
        matrix.bytes.put(static_cast<std::uint8_t>(quants[j] | quants[j + 16] << 4));
    }
    matrix.numbers.insert(matrix.numbers.end(), x.begin(), x.end());
  }
  return matrix;
}

inline constexpr tamis::TensorType all_types[] = {tamis::TensorType::f32, tamis::TensorType::f16,
                                                  tamis::TensorType::q4_0, tamis::TensorType::q4_1,
                                                  tamis::TensorType::q8_0};

/// `count` normally distributed numbers.
inline std::vector<float> random_numbers(std::size_t count, std::mt19937& random,
                                         float deviation = 1) {
  std::normal_distribution<float> normal(0, deviation);
  std::vector<float> numbers(count);
  for (float& number : numbers) number = normal(random);
  return numbers;
}
