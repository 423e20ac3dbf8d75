#include <set>
#include <tamis/generation/kv_block_layout.hpp>
#include <vector>

#include "catch.hpp"

using tamis::KvBlockLayout;

TEST_CASE("A block has a place of its own for each number, where its runs say") {
  const KvBlockLayout layout{2, 3, 10, 32};
  CHECK(layout.value_stride() == 16);
  CHECK(layout.floats() == std::size_t{2} * 3 * 32 * (10 + 16));
  std::vector<float> block(layout.floats());
  float mark = 0;
  for (int layer = 0; layer < 2; ++layer)
    for (int head = 0; head < 3; ++head)
      for (int position = 0; position < 32; ++position) {
        std::vector<float> key(10), value(10);
        for (float& x : key) x = ++mark;
        for (float& x : value) x = ++mark;
        layout.write(block.data(), layer, head, position, key.data(), value.data());
      }
  CHECK(std::set<float>(block.begin(), block.end()).size() == static_cast<std::size_t>(mark) + 1);

  mark = 0;
  int wrong = 0;
  for (int layer = 0; layer < 2; ++layer)
    for (int head = 0; head < 3; ++head)
      for (int position = 0; position < 32; ++position) {
        const auto run = layout.run(block.data(), layer, head, position / 16 * 16, 99);
        wrong += run.count != 32 - position / 16 * 16;
        for (int i = 0; i < 10; ++i) wrong += run.keys[i * 16 + position % 16] != ++mark;
        for (int i = 0; i < 10; ++i) wrong += run.values[position % 16 * 16 + i] != ++mark;
      }
  CHECK(wrong == 0);
  CHECK(layout.run(block.data(), 0, 0, 16, 5).count == 5);
}

static_assert(KvBlockLayout::rounded(0) == 16 && KvBlockLayout::rounded(16) == 16 &&
              KvBlockLayout::rounded(17) == 32);
