#include <algorithm>
#include <random>
#include <tamis/models/multiplier.hpp>
#include <vector>

#include "catch.hpp"
#include "quantize.hpp"

using namespace tamis;

static_assert(padded(1) == 16 && padded(16) == 16 && padded(17) == 32);

TEST_CASE("A row has the same products to the bit alone, in a batch, and on several threads") {
  std::mt19937 random(1);
  constexpr int columns = 96, stride = 112, count = 29;
  const auto x = random_numbers(count * stride, random);
  for (const TensorType type : all_types) {
    const StoredMatrix stored = random_matrix(type, 200, columns, 1, random);
    WeightMemory memory;
    const PackedMatrix matrix = stored.packed(memory);
    for (const Kernels* kernels : usable_kernels()) {
      INFO(tensor_layout(type).name << " " << kernels->name);
      Multiplier one(*kernels, 1), several(*kernels, 3);
      std::vector<float> batch(count * 208), alone(208), shared(count * 208);
      one.take({x.data(), count, columns, stride});
      one.multiply(matrix, batch.data(), 208);
      several.take({x.data(), count, columns, stride});
      several.multiply(matrix, shared.data(), 208);
      CHECK(batch == shared);
      for (int t = 0; t < count; ++t) {
        one.take({x.data() + t * stride, 1, columns, stride});
        one.multiply(matrix, alone.data(), 208);
        REQUIRE(std::equal(alone.begin(), alone.end(), batch.begin() + t * 208));
      }
      double expected = 0;
      for (int i = 0; i < columns; ++i)
        expected += static_cast<double>(stored.numbers[199 * columns + i]) * x[28 * stride + i];
      CHECK(batch[28 * 208 + 199] == Approx(expected).margin(1e-5));
    }
  }
}

TEST_CASE("Rows once taken are multiplied with matrices of any storage types") {
  std::mt19937 random(1);
  const auto x = random_numbers(5 * 64, random);
  WeightMemory memory;
  Multiplier multiplier(best_kernels(), 1);
  multiplier.take({x.data(), 5, 64, 64});
  for (int i = 0; i < 2; ++i)
    for (const TensorType type : all_types) {
      const StoredMatrix stored = random_matrix(type, 32, 64, 1, random);
      std::vector<float> y(5 * 32);
      multiplier.multiply(stored.packed(memory), y.data(), 32);
      for (int t = 0; t < 5; ++t) {
        double expected = 0;
        for (int k = 0; k < 64; ++k)
          expected += static_cast<double>(stored.numbers[31 * 64 + k]) * x[t * 64 + k];
        CHECK(y[t * 32 + 31] == Approx(expected).margin(1e-5));
      }
    }
}
