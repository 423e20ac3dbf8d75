#include <algorithm>
#include <cstdint>
#include <cstring>
#include <tamis/models/weight_memory.hpp>
#include <utility>
#include <vector>

#include "catch.hpp"

using namespace tamis;

TEST_CASE(
    "Pieces of memory are zero, begin at a cache line, do not overlap and stay where they are") {
  WeightMemory memory;
  struct Piece {
    std::byte* at;
    std::size_t size;
  };
  std::vector<Piece> pieces;
  for (const std::size_t size : {1u, 63u, 64u, 65u, 1000u, 3000000u, 0u, 5u, 40000000u, 7u}) {
    std::byte* at = memory.take(size);
    CHECK(reinterpret_cast<std::uintptr_t>(at) % 64 == 0);
    CHECK(std::all_of(at, at + size, [](std::byte b) { return b == std::byte{0}; }));
    std::memset(at, static_cast<int>(pieces.size() + 1), size);
    pieces.push_back({at, size});
  }
  const WeightMemory moved = std::move(memory);
  for (std::size_t i = 0; i < pieces.size(); ++i)
    CHECK(std::all_of(pieces[i].at, pieces[i].at + pieces[i].size,
                      [&](std::byte b) { return b == std::byte(i + 1); }));
  CHECK(moved.bytes() >= 43000000);
  CHECK(moved.bytes() < 60000000);
}

TEST_CASE("A small model reserves one large page") {
  WeightMemory memory;
  CHECK(memory.bytes() == 0);
  for (int i = 0; i < 100; ++i) memory.take(1000);
  CHECK(memory.bytes() == std::size_t{1} << 21);
}
