#include <cstdint>
#include <tamis/core/aligned_vector.hpp>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("The elements of an aligned vector begin at a cache line, however it grows") {
  AlignedVector<float> numbers;
  AlignedVector<char> others;
  for (int i = 0; i < 1000; ++i) {
    numbers.push_back(static_cast<float>(i));
    others.push_back('x');
    REQUIRE(reinterpret_cast<std::uintptr_t>(numbers.data()) % 64 == 0);
    REQUIRE(reinterpret_cast<std::uintptr_t>(others.data()) % 64 == 0);
  }
  const AlignedVector<float> copy = numbers;
  CHECK(reinterpret_cast<std::uintptr_t>(copy.data()) % 64 == 0);
  CHECK(copy == numbers);
  CHECK(copy[999] == 999);
}
