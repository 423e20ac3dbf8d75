#include <algorithm>
#include <tamis/models/packed_matrix.hpp>
#include <vector>

#include "catch.hpp"
#include "quantize.hpp"

using namespace tamis;

TEST_CASE("Each row of a packed matrix is the row of the file, to the bit") {
  std::mt19937 random(1);
  for (const TensorType type : all_types)
    for (const int rows : {1, 15, 16, 17, 50}) {
      const StoredMatrix stored = random_matrix(type, rows, 96, 1, random);
      WeightMemory memory;
      const PackedMatrix matrix = stored.packed(memory);
      CHECK(matrix.rows() == rows);
      CHECK(matrix.columns() == 96);
      CHECK(matrix.panels() == (rows + 15) / 16);
      std::vector<float> row(96);
      for (int i = 0; i < rows; ++i) {
        matrix.row(i, row.data());
        CHECK(std::equal(row.begin(), row.end(), stored.numbers.begin() + 96 * i));
      }
    }
}

TEST_CASE("A packed matrix is as large as in the file, but for the rows that fill its last panel") {
  std::mt19937 random(1);
  for (const TensorType type : all_types) {
    WeightMemory memory;
    const StoredMatrix full = random_matrix(type, 48, 64, 1, random),
                       more = random_matrix(type, 49, 64, 1, random);
    CHECK(full.packed(memory).bytes() == full.bytes.size());
    CHECK(more.packed(memory).bytes() == full.bytes.size() / 3 * 4);
    if (type == TensorType::f32 || type == TensorType::f16) {
      const StoredMatrix odd = random_matrix(type, 16, 7, 1, random);
      CHECK(odd.packed(memory).bytes() == odd.bytes.size());
    }
  }
}

TEST_CASE("The storage types that can be packed are those with a layout of panels") {
  for (std::uint32_t type = 0; type < 64; ++type)
    CHECK(PackedMatrix::supports(type) == std::ranges::any_of(all_types, [&](TensorType t) {
            return static_cast<std::uint32_t>(t) == type;
          }));
}
