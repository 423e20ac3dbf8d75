#include <tamis/core/executor.hpp>

#include "catch.hpp"

using namespace tamis;

__extension__ using Wide = unsigned __int128;

TEST_CASE("A quota is so many tokens or such a share, and never nothing") {
  CHECK(Quota{.count = 3}.target(0) == 3 * unit);
  CHECK(Quota{.share = 0.5f}.target(10 * unit) == 5 * unit);
  CHECK(Quota{.share = 0.0f}.target(10 * unit) == 1);
  CHECK(Quota{.share = 0.5f, .exceeded = true}.target(10 * unit) == 5 * unit + 1);
  CHECK(Quota{.share = 1.0f}.is_everything());
  CHECK_FALSE(Quota{.count = 1}.is_everything());
}

TEST_CASE("The point u of a weight is reached at floor(u * total / 2^64) + 1") {
  CHECK(Quota::past(0, 1000) == 1);
  CHECK(Quota::past(std::uint64_t{1} << 63, 1000) == 501);
  CHECK(Quota::past(~std::uint64_t{0}, 1000) == 1000);
  const Fixed total = (Fixed{1} << 58) + 12345;
  const auto want = static_cast<Fixed>(static_cast<Wide>(total) * 0x123456789abcdef0u >> 64) + 1;
  CHECK(Quota::past(0x123456789abcdef0u, total) == want);
}
