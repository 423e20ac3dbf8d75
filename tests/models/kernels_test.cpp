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

/// The product of each row of the matrix with `x`, in double.
static std::vector<double> product(const StoredMatrix& matrix, const float* x) {
  std::vector<double> y(static_cast<std::size_t>(matrix.rows));
  for (int row = 0; row < matrix.rows; ++row)
    for (int i = 0; i < matrix.columns; ++i)
      y[row] += static_cast<double>(matrix.numbers[row * matrix.columns + i]) * x[i];
  return y;
}

TEST_CASE(
    "The product of a matrix with a vector is right for each storage type and instruction set") {
  std::mt19937 random(1);
  for (const TensorType type : all_types)
    for (const int rows : {5, 16, 100}) {
      const StoredMatrix stored = random_matrix(type, rows, 160, 1, random);
      const auto x = random_numbers(160, random);
      const auto expected = product(stored, x.data());
      WeightMemory memory;
      const PackedMatrix matrix = stored.packed(memory);
      for (const Kernels* kernels : usable_kernels()) {
        INFO(tensor_layout(type).name << " " << rows << " " << kernels->name);
        std::vector<float> y(padded(rows), -1);
        kernels->multiply_vector(matrix, 0, matrix.panels(), x.data(), y.data());
        for (int i = 0; i < rows; ++i) CHECK(y[i] == Approx(expected[i]).margin(3e-5));
        for (int i = rows; i < padded(rows); ++i) CHECK(y[i] == 0);
      }
    }
}

TEST_CASE("Columns need not fill a block where a block is a column") {
  std::mt19937 random(1);
  for (const int columns : {1, 31, 33, 70}) {
    const StoredMatrix stored = random_matrix(TensorType::f16, 20, columns, 1, random);
    const auto x = random_numbers(columns, random);
    const auto expected = product(stored, x.data());
    WeightMemory memory;
    const PackedMatrix matrix = stored.packed(memory);
    for (const Kernels* kernels : usable_kernels()) {
      std::vector<float> y(32);
      kernels->multiply_vector(matrix, 0, 2, x.data(), y.data());
      for (int i = 0; i < 20; ++i) CHECK(y[i] == Approx(expected[i]).margin(2e-5));
    }
  }
}

TEST_CASE("A tile of rows has the products of its rows to the bit, for every height") {
  std::mt19937 random(1);
  for (const TensorType type : all_types) {
    const StoredMatrix stored = random_matrix(type, 80, 64, 1, random);
    WeightMemory memory;
    const PackedMatrix matrix = stored.packed(memory);
    for (const Kernels* kernels : usable_kernels()) {
      std::vector<float> panels(5 * 64 * 16);
      for (int panel = 0; panel < 5; ++panel)
        kernels->unpack_panel(matrix, panel, panels.data() + panel * 64 * 16);
      for (int rows = 1; rows <= kernels->tile_rows; ++rows) {
        if (tile_height(rows, kernels->tile_rows) != rows) continue;
        INFO(tensor_layout(type).name << " " << kernels->name << " " << rows);
        const auto x = random_numbers(static_cast<std::size_t>(rows) * 64, random);
        std::vector<float> tile(x.size()), y(80), c(static_cast<std::size_t>(rows) * 96);
        for (int t = 0; t < rows; ++t)
          for (int k = 0; k < 64; ++k) tile[k * rows + t] = x[t * 64 + k];
        kernels->multiply_tile(rows, tile.data(), {panels.data(), 5, 64, 64 * 16, 16}, c.data(),
                               96);
        for (int t = 0; t < rows; ++t) {
          kernels->multiply_vector(matrix, 0, 5, x.data() + t * 64, y.data());
          CHECK(std::equal(y.begin(), y.end(), c.begin() + t * 96));
        }
        // In two parts: the second goes on from the sums of the first.
        std::vector<float> parts(c.size());
        kernels->multiply_tile(rows, tile.data(), {panels.data(), 5, 21, 64 * 16, 16}, parts.data(),
                               96);
        kernels->multiply_tile(rows, tile.data() + 21 * rows,
                               {panels.data() + 21 * 16, 5, 43, 64 * 16, 16, true}, parts.data(),
                               96);
        CHECK(parts == c);
      }
    }
  }
}

TEST_CASE("Exponentials are those of std::exp relative to the greatest, and their sum") {
  std::mt19937 random(1);
  for (const int n : {1, 2, 15, 16, 17, 31, 100}) {
    const auto x = random_numbers(static_cast<std::size_t>(n), random, 10);
    const float greatest = *std::ranges::max_element(x);
    for (const Kernels* kernels : usable_kernels()) {
      std::vector<float> row(x);
      row.resize(padded(n), 1e9f);  // what stands behind the row is not looked at
      const float sum = kernels->exponentials(row.data(), n, 0.5f);
      double expected_sum = 0;
      for (int i = 0; i < n; ++i) {
        const double expected = std::exp(0.5 * (static_cast<double>(x[i]) - greatest));
        CHECK(row[i] == Approx(expected).epsilon(1e-6));
        expected_sum += expected;
      }
      CHECK(sum == Approx(expected_sum).epsilon(1e-6));
      for (int i = n; i < padded(n); ++i) CHECK(row[i] == 0);
    }
  }
}

TEST_CASE("Exponentials of far smaller numbers vanish, and no number stays none") {
  for (const Kernels* kernels : usable_kernels()) {
    std::vector<float> row(16, -1000);
    row[3] = 0;
    row[4] = -std::numeric_limits<float>::infinity();
    CHECK(kernels->exponentials(row.data(), 16, 1) == 1);
    CHECK(row[3] == 1);
    CHECK(row[4] < 1e-37f);
    for (const int at : {0, 5, 15}) {
      std::vector<float> bad(32, 1);
      bad[at] = std::nanf("");
      CHECK(std::isnan(kernels->exponentials(bad.data(), 20, 1)));
    }
  }
}

TEST_CASE("SwiGLU gates as its formula does, from one end to the other") {
  for (const Kernels* kernels : usable_kernels()) {
    std::vector<float> gate(16), up(16);
    for (int i = 0; i < 16; ++i)
      gate[i] = static_cast<float>(i - 8) * 3, up[i] = static_cast<float>(i) - 4;
    gate[0] = -1000, gate[15] = 1000;
    auto result = gate;
    kernels->swiglu(result.data(), up.data(), 16);
    for (int i = 0; i < 16; ++i)
      CHECK(result[i] == Approx(gate[i] / (1 + std::exp(-static_cast<double>(gate[i]))) * up[i])
                             .epsilon(1e-6)
                             .margin(1e-30));
    gate[2] = std::nanf("");
    kernels->swiglu(gate.data(), up.data(), 16);
    CHECK(std::isnan(gate[2]));
  }
}

TEST_CASE("The sum of squares is that of all numbers") {
  std::mt19937 random(1);
  const auto x = random_numbers(160, random);
  double expected = 0;
  for (const float number : x) expected += static_cast<double>(number) * number;
  for (const Kernels* kernels : usable_kernels())
    CHECK(kernels->squares(x.data(), 160) == Approx(expected));
}

TEST_CASE("Bytes become the same floats") {
  std::vector<std::int8_t> bytes(256);
  for (int i = 0; i < 256; ++i) bytes[i] = static_cast<std::int8_t>(i - 128);
  for (const Kernels* kernels : usable_kernels()) {
    std::vector<float> floats(256);
    kernels->widen(bytes.data(), 256, floats.data());
    CHECK(std::equal(bytes.begin(), bytes.end(), floats.begin()));
  }
}

TEST_CASE("Instruction sets with fma compute the same to the bit") {
  std::mt19937 random(1);
  const auto x = random_numbers(256, random);
  std::vector<std::vector<float>> results;
  std::vector<std::string> names;
  for (const Kernels* kernels : usable_kernels()) {
    if (std::string(kernels->name) == "portable") continue;
    std::vector<float> all;
    for (const TensorType type : all_types) {
      std::mt19937 same(7);
      const StoredMatrix stored = random_matrix(type, 64, 256, 1, same);
      WeightMemory memory;
      std::vector<float> y(64);
      kernels->multiply_vector(stored.packed(memory), 0, 4, x.data(), y.data());
      all.insert(all.end(), y.begin(), y.end());
    }
    auto row = x, gate = x;
    all.push_back(kernels->exponentials(row.data(), 250, 1));
    kernels->swiglu(gate.data(), x.data(), 256);
    all.insert(all.end(), row.begin(), row.end());
    all.insert(all.end(), gate.begin(), gate.end());
    all.push_back(kernels->squares(x.data(), 256));
    results.push_back(all);
  }
  for (const auto& result : results) CHECK(result == results[0]);
}

TEST_CASE("The kernels of any machine are always usable, and the best come first") {
  CHECK(std::string(usable_kernels().back()->name) == "portable");
  CHECK(&best_kernels() == usable_kernels().front());
}
