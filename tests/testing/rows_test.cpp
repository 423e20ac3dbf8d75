#include <tamis/testing/rows.hpp>

#include <cstring>
#include <set>

#include "catch.hpp"

using namespace tamis;
using namespace tamis::testing;

/// FNV-1a of the bits of a row.
static std::uint64_t fingerprint(const std::vector<float>& row) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const float z : row) hash = (hash ^ std::bit_cast<std::uint32_t>(z)) * 0x100000001b3u;
  return hash;
}

TEST_CASE("Rows have the size and the kind that was asked for, and a token to draw") {
  std::set<std::string_view> seen;
  std::size_t rows = 0;
  for_each_row(1, 1000, [&](RowKind kind, const std::vector<float>& row) {
    seen.insert(name_of(kind));
    ++rows;
    CAPTURE(name_of(kind), row.size());
    int drawable = 0, bad = 0;
    for (const float z : row) {
      drawable += std::isfinite(z);
      bad += std::isnan(z) || z == INFINITY;
    }
    CHECK(drawable > 0);
    CHECK(bad == 0);
  });
  CHECK(seen.size() == row_kinds.size());
  CHECK(rows == row_kinds.size() * 6);  // 1, 2, 7, 33, 130, 1000
}

TEST_CASE("Hopeless rows are all masked, or have one NaN") {
  for (const std::size_t size : {std::size_t{1}, std::size_t{130}}) {
    for (const float z : make_row(RowKind::all_masked, 3, size)) CHECK(z == masked);
    int nans = 0;
    for (const float z : make_row(RowKind::one_nan, 3, size)) nans += std::isnan(z);
    CHECK(nans == 1);
  }
}

TEST_CASE("Each kind of row is what its name says") {
  const auto of = [](RowKind kind) { return make_row(kind, 5, 1000); };
  const auto count = [](const std::vector<float>& row, auto what) {
    return std::count_if(row.begin(), row.end(), what);
  };
  const auto deviation = [](const std::vector<float>& row) {
    double sum = 0;
    for (const float z : row) sum += static_cast<double>(z) * z;
    return std::sqrt(sum / static_cast<double>(row.size()));
  };
  CHECK(deviation(of(RowKind::normal_narrow)) == Approx(0.1).epsilon(0.1));
  CHECK(deviation(of(RowKind::normal)) == Approx(3).epsilon(0.1));
  CHECK(deviation(of(RowKind::normal_wide)) == Approx(30).epsilon(0.1));
  CHECK(count(of(RowKind::rounded), [](float z) { return z == std::round(z); }) == 1000);
  CHECK(count(of(RowKind::all_equal), [](float z) { return z == 1.5f; }) == 1000);
  CHECK(count(of(RowKind::two_values), [](float z) { return z == 0; }) == Approx(500).margin(60));
  CHECK(count(of(RowKind::two_values), [](float z) { return z == 0 || z == -2; }) == 1000);
  auto towers = of(RowKind::one_towers);
  std::sort(towers.rbegin(), towers.rend());
  CHECK(towers[0] == towers[1] + 100);
  CHECK(count(of(RowKind::half_masked), [](float z) { return z == masked; }) ==
        Approx(500).margin(60));
  CHECK(count(of(RowKind::one_finite), [](float z) { return z > masked; }) == 1);
  const auto up = of(RowKind::ascending);
  CHECK(std::is_sorted(up.begin(), up.end()));
  CHECK(up.front() == -8);
  CHECK(up.back() == 8);
  CHECK(of(RowKind::descending) == std::vector<float>(up.rbegin(), up.rend()));
  CHECK(count(of(RowKind::denormals), [](float z) { return std::fpclassify(z) == FP_SUBNORMAL; }) >
        990);
  CHECK(count(of(RowKind::denormals), [](float z) { return z < 0; }) == Approx(500).margin(60));
  CHECK(count(of(RowKind::offset), [](float z) { return std::abs(z - 10000) < 20; }) == 1000);
  CHECK(deviation(of(RowKind::huge)) == Approx(1e30 / std::sqrt(3)).epsilon(0.1));
  CHECK(count(of(RowKind::largest_floats),
              [](float z) { return std::abs(z) == std::numeric_limits<float>::max(); }) == 1000);
  const auto tail = of(RowKind::long_tail);
  CHECK(std::exp(static_cast<double>(tail.back())) + 999 == Approx(33554432).epsilon(1e-5));
}

TEST_CASE("The normal numbers of rows are normal") {
  // The share below -2, -1, 0, 1, 2 of a million, and the extremes.
  const auto row = make_row(RowKind::normal, 9, 1'000'000);
  const double shares[] = {0.022750131948179, 0.158655253931457, 0.5, 0.841344746068543,
                           0.977249868051821};
  for (int i = 0; i < 5; ++i) {
    const float bound = 3.0f * static_cast<float>(i - 2);
    const auto below = std::count_if(row.begin(), row.end(), [&](float z) { return z < bound; });
    CHECK(static_cast<double>(below) / 1e6 ==
          Approx(shares[i]).margin(0.002));  // four standard errors
  }
  CHECK(*std::max_element(row.begin(), row.end()) > 3 * 4.0f);
  CHECK(*std::max_element(row.begin(), row.end()) < 3 * 6.0f);
}

TEST_CASE("The same seed makes the same row, another one another") {
  for (const RowKind kind : {RowKind::normal, RowKind::rounded, RowKind::two_values,
                             RowKind::half_masked, RowKind::one_finite}) {
    CHECK(make_row(kind, 5, 1000) == make_row(kind, 5, 1000));
    CHECK(make_row(kind, 5, 1000) != make_row(kind, 6, 1000));
  }
  CHECK(make_row(RowKind::normal, 5, 0).empty());
}

TEST_CASE("Rows have the same bits on every machine, with every compiler") {
  // Recorded from g++ 12 at -O2; the claim is that this passes everywhere.
  std::uint64_t all = 0;
  for (const RowKind kind : row_kinds) all = all * 31 + fingerprint(make_row(kind, 42, 1000));
  CHECK(all == 0xe0044965d806a444u);
  CHECK(fingerprint(make_row(RowKind::normal_wide, 42, 130)) == 0x7bec190641216e39u);
}
