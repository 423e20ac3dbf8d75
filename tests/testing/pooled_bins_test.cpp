#include <tamis/testing/pooled_bins.hpp>

#include "catch.hpp"

using namespace tamis::testing;

static DrawCounts counted(std::vector<std::uint64_t> counts) {
  DrawCounts drawn;
  drawn.of_token = std::move(counts);
  return drawn;
}

TEST_CASE("Tokens are pooled from the rarest on, until each bin is expected often enough") {
  // 100 draws expect 60, 3, 2, 30, 4, 1: the bins are {1, 2, 3 times}, {4 and 30 times}, {60 times}
  const std::vector<double> p{0.60, 0.03, 0.02, 0.30, 0.04, 0.01};
  const PooledBins bins = pooled_bins(p, counted({55, 4, 3, 31, 5, 2}));
  REQUIRE(bins.expected.size() == 3);
  CHECK(bins.expected[0] == Approx(6));
  CHECK(bins.observed[0] == 9);
  CHECK(bins.expected[1] == Approx(34));
  CHECK(bins.observed[1] == 36);
  CHECK(bins.expected[2] == Approx(60));
  CHECK(bins.observed[2] == 55);
}

TEST_CASE("What is left over joins the last bin") {
  const PooledBins bins = pooled_bins(std::vector<double>(7, 1), counted({2, 2, 2, 2, 2, 2, 2}));
  REQUIRE(bins.expected.size() == 2);  // three times 2 are enough, and again, and one is left over
  CHECK(bins.expected[0] == Approx(6));
  CHECK(bins.expected[1] == Approx(8));
  CHECK(bins.observed[1] == 8);
}

TEST_CASE("Too few draws make one bin, and none make none") {
  const std::vector<double> p{0.5, 0.5};
  CHECK(pooled_bins(p, counted({1, 2})).expected == std::vector<double>{3});
  CHECK(pooled_bins(p, counted({0, 0})).expected.empty());
  CHECK(pooled_bins({}, counted({})).expected.empty());
}

TEST_CASE("Every draw within the support is in a bin, whatever the probabilities sum to") {
  const std::vector<double> p{2, 0, 6, std::nan(""), -1};
  const PooledBins bins = pooled_bins(p, counted({10, 0, 30, 0, 0}));
  REQUIRE(bins.expected.size() == 2);
  CHECK(bins.expected[0] == Approx(10));
  CHECK(bins.expected[1] == Approx(30));
  CHECK(bins.observed == std::vector<std::uint64_t>{10, 30});
}
