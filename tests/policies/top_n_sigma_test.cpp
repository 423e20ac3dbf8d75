#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_n_sigma.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

TEST_CASE("TopNSigma keeps what is within n standard deviations of the greatest") {
  const std::vector<float> row = {1, 5, 1, 1};  // mean 2, deviation sqrt(12 / 4) = 1.732
  CHECK((kept(row, TopNSigma{1.0f}) == Ids{1}));
  CHECK((kept(row, TopNSigma{2.0f}) == Ids{1}));  // 5 - 3.46 = 1.54
  CHECK(kept(row, TopNSigma{2.4f}).size() == 4);  // 5 - 4.16 = 0.84
}

TEST_CASE("TopNSigma does not count masked tokens") {
  const std::vector<float> row = {1, masked, 5, 1, masked, 1};
  CHECK((kept(row, TopNSigma{2.0f}) == Ids{2}));
  CHECK((kept(row, TopNSigma{2.4f}) == Ids{0, 2, 3, 5}));
}

TEST_CASE("TopNSigma keeps the same tokens at every temperature") {
  const auto row = make_row(RowKind::normal, 1, 1000);
  const Ids ids = kept(row, TopNSigma{1.5f});
  CHECK(ids.size() > 5);
  CHECK(ids.size() < 500);
  for (const float t : {0.25f, 2.0f, 16.0f})
    CHECK(kept(row, Temperature{t}, TopNSigma{1.5f}) == ids);
}

TEST_CASE("TopNSigma obeys the laws of a truncation") {
  for (const float n : {-1.0f, 0.0f, 0.001f, 1.0f, 3.0f, 1e29f}) {
    CAPTURE(n);
    CHECK(broken_law(TopNSigma{n}) == "");
  }
  CHECK(broken_law(TopNSigma{1.0f}, make_row(RowKind::normal, 1, 1 << 18)) == "");
}

static_assert(TopNSigma{0.0f}.idle() && TopNSigma{-1.0f}.idle() && TopNSigma{-masked}.idle());
static_assert(!TopNSigma{1.0f}.idle());
static_assert(Truncation<TopNSigma> && HasCut<TopNSigma> && kinds_of<TopNSigma> == 1);
static_assert(std::is_trivially_copyable_v<TopNSigma> && sizeof(TopNSigma) == sizeof(float));
