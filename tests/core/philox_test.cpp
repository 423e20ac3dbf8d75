#include <tamis/core/philox.hpp>

#include <algorithm>
#include <cmath>
#include <set>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("philox gives the known answers of Random123") {
  const auto is = [](Philox4 x, std::uint32_t a, std::uint32_t b, std::uint32_t c,
                     std::uint32_t d) {
    return x.word[0] == a && x.word[1] == b && x.word[2] == c && x.word[3] == d;
  };
  CHECK(is(philox(0, 0, 0), 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
  CHECK(is(philox(~0ull, ~0ull, ~0ull), 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd));
  CHECK(is(philox(0x299f31d0a4093822, 0x0370734413198a2e, 0x85a308d3243f6a88), 0xd16cfe09,
           0x94fdcceb, 0x5001e420, 0x24126ea1));
}

TEST_CASE("Every seed, position, salt and token has noise of its own") {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 10; ++seed)
    for (std::uint64_t position = 0; position < 10; ++position)
      for (std::uint32_t salt = 0; salt < 10; ++salt)
        seen.insert(Stream{seed, position}.bits(salt));
  CHECK(seen.size() == 1000);
}

TEST_CASE("uniform is inside of (0, 1), and small_uniform reaches far below 2^-24") {
  const Stream stream{5, 6};
  float least = 1;
  for (std::uint32_t token = 0; token < 1u << 22; ++token) {
    const float u = stream.uniform(token, 0), v = stream.small_uniform(token, 0);
    if (!(u > 0 && u < 1 && v > 0 && v < 1)) FAIL("token " << token);
    least = std::min(least, v);
  }
  CHECK(least < 0x1p-20f);  // of 2^22 draws the least is about 2^-22
  CHECK(least * 0x1p40f != std::floor(least * 0x1p24f) * 0x1p16f);  // and no multiple of 2^-24
}
