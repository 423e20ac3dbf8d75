#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <tamis/models/kernels.hpp>
#include <tamis/models/multiplier.hpp>
#include <vector>

#include "catch.hpp"
#include "quantize.hpp"

using namespace tamis;
using tamis::detail::FixedBlock;

/// The kernels in fixed point, if this machine has them.
static const Kernels* fixed_kernels() {
  for (const Kernels* kernels : usable_kernels())
    if (kernels->multiply_fixed) return kernels;
  WARN("skipped: this machine lacks the instructions");
  return nullptr;
}

static FixedBlock fixed(const Kernels& kernels, const std::vector<float>& x) {
  FixedBlock block;
  kernels.fix_rows(x.data(), 1, 32, 32, &block);
  return block;
}

static std::int64_t integer(const FixedBlock& block, int i) {
  std::int64_t value = 0;
  for (int digit = 2; digit >= 0; --digit)
    value = 256 * value + static_cast<std::int8_t>(block.digits[digit][i / 4] >> 8 * (i % 4));
  return value;
}

TEST_CASE("Numbers in fixed point are rounded to 2^-22 of the largest, at any magnitude") {
  const Kernels* kernels = fixed_kernels();
  if (!kernels) return;
  std::mt19937 random(1);
  for (const float magnitude : {1e-30f, 1e-3f, 1.0f, 1e5f, 1e37f}) {
    auto x = random_numbers(32, random, magnitude);
    x[5] = 0, x[6] = -x[7];
    const FixedBlock block = fixed(*kernels, x);
    double largest = 0, sum = 0;
    for (const float number : x) largest = std::max(largest, std::abs(static_cast<double>(number)));
    std::int64_t digits[3] = {};
    for (int i = 0; i < 32; ++i) {
      const double value = static_cast<double>(integer(block, i)) * block.scale;
      CHECK(std::abs(value - x[i]) <= largest * std::pow(2.0, -22));
      sum += value;
      for (int digit = 0; digit < 3; ++digit)
        digits[digit] += static_cast<std::int8_t>(block.digits[digit][i / 4] >> 8 * (i % 4));
    }
    CHECK(block.total == Approx(sum).epsilon(1e-6));
    for (int digit = 0; digit < 3; ++digit) {
      CHECK(block.minus_8[digit] == -8 * digits[digit]);
      CHECK(block.minus_128[digit] == -128 * digits[digit]);
    }
  }
}

TEST_CASE("Zeros and numbers below 2^-105 are zero, and a row with no number is none") {
  const Kernels* kernels = fixed_kernels();
  if (!kernels) return;
  CHECK(fixed(*kernels, std::vector<float>(32)).scale == 0);
  CHECK(fixed(*kernels, std::vector<float>(32, 0x1p-106f)).scale == 0);
  CHECK(fixed(*kernels, std::vector<float>(32, 0x1p-105f)).scale > 0);
  for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()}) {
    std::vector<float> x(32, 1);
    x[17] = bad;
    CHECK(std::isnan(fixed(*kernels, x).scale));
    CHECK(std::isnan(fixed(*kernels, x).total));
  }
  const std::vector<float> greatest(32, std::numeric_limits<float>::max());
  CHECK(std::isfinite(fixed(*kernels, greatest).scale));
}

TEST_CASE(
    "Products in fixed point are as near to the truth as those of floats, for every number of "
    "rows") {
  const Kernels* kernels = fixed_kernels();
  if (!kernels) return;
  std::mt19937 random(1);
  for (const TensorType type : {TensorType::q4_0, TensorType::q4_1, TensorType::q8_0}) {
    const StoredMatrix stored = random_matrix(type, 150, 288, 1, random);
    WeightMemory memory;
    const PackedMatrix matrix = stored.packed(memory);
    for (const int count : {1, 2, 3, 4, 5, 7, 8, 9, 13, 20}) {
      INFO(tensor_layout(type).name << " " << count);
      const int stride = 300, to_stride = padded(150);
      const auto x = random_numbers(static_cast<std::size_t>(count) * stride, random);
      std::vector<FixedBlock> blocks(static_cast<std::size_t>(count) * 9);
      std::vector<float> y(static_cast<std::size_t>(count) * to_stride), floats(to_stride);
      kernels->fix_rows(x.data(), count, 288, stride, blocks.data());
      kernels->multiply_fixed(matrix, 0, matrix.panels(), count, blocks.data(), y.data(),
                              to_stride);
      double error = 0, error_of_floats = 0;
      for (int t = 0; t < count; ++t) {
        kernels->multiply_vector(matrix, 0, matrix.panels(), x.data() + t * stride, floats.data());
        for (int row = 0; row < 150; ++row) {
          double expected = 0;
          for (int i = 0; i < 288; ++i)
            expected += static_cast<double>(stored.numbers[row * 288 + i]) * x[t * stride + i];
          error = std::max(error, std::abs(expected - y[t * to_stride + row]));
          error_of_floats = std::max(error_of_floats, std::abs(expected - floats[row]));
        }
      }
      CHECK(error < 1.5 * error_of_floats);
      CHECK(error < 3e-5);
    }
  }
}

TEST_CASE("The greatest quants and numbers do not overflow") {
  const Kernels* kernels = fixed_kernels();
  if (!kernels) return;
  for (const TensorType type : {TensorType::q4_0, TensorType::q4_1, TensorType::q8_0})
    for (const int sign : {1, -1}) {
      Bytes bytes;
      bytes.put(half_of_float(1));
      if (type == TensorType::q4_1) bytes.put(half_of_float(0));
      const bool eight = type == TensorType::q8_0;
      for (int i = 0; i < (eight ? 32 : 16); ++i)
        bytes.put(std::uint8_t(eight ? (sign > 0 ? 0x7f : 0x80) : sign > 0 ? 0xff : 0));
      WeightMemory memory;
      const PackedMatrix matrix(type, 1, 32, bytes, memory);
      std::vector<float> weights(32), y(16);
      matrix.row(0, weights.data());
      for (const float x : {16777215.0f, -16777215.0f}) {
        const FixedBlock block = fixed(*kernels, std::vector<float>(32, x));
        kernels->multiply_fixed(matrix, 0, 1, 1, &block, y.data(), 16);
        CHECK(y[0] == Approx(32.0 * x * weights[0]).epsilon(1e-6));
      }
    }
}
