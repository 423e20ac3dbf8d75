#include <tamis/backends/simd/philox_lanes.hpp>

#include <tamis/backends/simd/dispatch.hpp>
#include <tamis/core/types.hpp>

#include "catch.hpp"

using namespace tamis;

namespace {

/// How many of the numbers that a kernel of the machine's width draws differ from those of core/philox.hpp.
int differing(const Stream& stream, std::uint32_t salt) {
  int differ = 0;
  simd::on_best([&]<int W>() {
    for (TokenId first = 0; first < 4096; first += W) {
      const auto ids = simd::Ints<W>::from(first * 61);
      const simd::Lanes<W> coarse = simd::detail::uniform_of<W>(stream, ids, salt);
      const simd::Lanes<W> fine = simd::detail::small_uniform_of<W>(stream, ids, salt);
      for (int i = 0; i < W; ++i) {
        const auto id = static_cast<std::uint32_t>(ids[i]);
        differ += coarse[i] != stream.uniform(id, salt);
        differ += fine[i] != stream.small_uniform(id, salt);
      }
    }
  });
  return differ;
}

}  // namespace

TEST_CASE("A register of random numbers is that of its tokens, one at a time, to the bit") {
  const int widest = simd::width;
  for (const int width : {4, 8, 16}) {
    if (width > widest) continue;
    simd::width = width;
    CHECK(differing(Stream{1, 2}, 0) == 0);
    CHECK(differing(Stream{0x123456789abcdef0u, 0xfedcba9876543210u}, 7) == 0);
    CHECK(differing(Stream{3, 4, 0x55aa55aa12345678u}, 1) == 0);
  }
  simd::width = widest;
}
