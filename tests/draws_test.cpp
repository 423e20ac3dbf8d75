// A million draws of each draw policy on each backend, against the reference's probabilities.
#include <tamis/backends/eigen.hpp>
#include <tamis/backends/simd.hpp>
#include <tamis/backends/team.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/gumbel_max.hpp>
#include <tamis/policies/multinomial.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/sampler.hpp>
#include <tamis/testing/chi_squared.hpp>
#include <tamis/testing/rows.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;
using namespace tamis::testing;

namespace {

constexpr int draws = 1'000'000;
constexpr double false_alarms =
    1e-4;  // the quantile that the statistic may not exceed is that of 1 - 1e-4

/// Draws at the positions of one seed; `make_row(stream)` makes a row of the backend.
template <class S, class MakeRow>
void matches(const S& sampler, const std::vector<float>& logits, MakeRow&& make_row) {
  reference::RowOf reference_row(logits, {});
  std::vector<double> probabilities(logits.size());
  for (const auto& kept : sampler.distribution(reference_row).kept()) {
    probabilities[static_cast<std::size_t>(kept.id)] = kept.probability;
  }
  DrawCounts counts(logits.size());
  for (std::uint64_t position = 0; position < draws; ++position) {
    auto row = make_row(Stream{20261122, position});
    counts.add(sampler(row).token);
  }
  const auto report = chi_squared(probabilities, counts, false_alarms);
  INFO("statistic " << report.statistic << ", critical " << report.critical() << ", p "
                    << report.p_value);
  CHECK(report.draws == draws);
  CHECK(report.outside == 0);
  CHECK(report.passed());
}

template <class S>
void on_every_backend(const S& sampler) {
  std::vector<float> logits = make_row(RowKind::normal, 5, 24);
  logits[3] = masked;
  SECTION("eigen") {
    matches(sampler, logits, [&](Stream stream) { return reference::RowOf(logits, stream); });
  }
  SECTION("simd") {
    matches(sampler, logits, [&](Stream stream) { return simd::RowOf(logits, stream); });
  }
  SECTION("team") {
    team::Shared shared;
    matches(sampler, logits, [&](Stream stream) {
      return team::RowOf(team::Solo{}, shared, logits.data(), static_cast<int>(logits.size()),
                         stream);
    });
  }
}

}  // namespace

TEST_CASE("Multinomial draws each token with its probability", "[slow]") {
  on_every_backend(Sampler{Temperature{1.5f}, Multinomial{}});
}

TEST_CASE("Gumbel-max draws each token with its probability", "[slow]") {
  on_every_backend(Sampler{Temperature{1.5f}, GumbelMax{}});
}

TEST_CASE("Greedy draws the likeliest token every time", "[slow]") {
  on_every_backend(Sampler{Greedy{}});
}
