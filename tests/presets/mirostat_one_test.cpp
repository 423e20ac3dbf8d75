#include <tamis/presets/mirostat_one.hpp>

#include <cmath>
#include <tamis/backends/simd.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_p.hpp>

#include "catch.hpp"
#include "policies/policy_checks.hpp"
#include "team_row.hpp"

using namespace tamis;
using namespace tamis::testing;

/// Algorithm 1 in bits, as the paper and llama.cpp have it, of a row that is in order.
static int rank_in_bits(const std::vector<float>& row, double mu, std::size_t fitted) {
  double total = 0, products = 0, squares = 0;
  for (const float z : row) total += std::exp(static_cast<double>(z));
  const auto p = [&](std::size_t i) { return std::exp(static_cast<double>(row[i])) / total; };
  for (std::size_t i = 0; i < std::min(fitted, row.size()) - 1; ++i) {
    const double t = std::log((static_cast<double>(i) + 2) / (static_cast<double>(i) + 1));
    products += t * std::log(p(i) / p(i + 1)), squares += t * t;
  }
  const double s = products / squares, epsilon = s - 1;
  const double n = static_cast<double>(row.size());
  return static_cast<int>(std::pow(epsilon * std::pow(2, mu) / (1 - std::pow(n, -epsilon)), 1 / s));
}

static std::vector<float> zipf(std::size_t size, double exponent) {
  std::vector<float> row;
  for (std::size_t i = 1; i <= size; ++i)
    row.push_back(static_cast<float>(-exponent * std::log(static_cast<double>(i))));
  return row;
}

template <class S>
static std::size_t kept_by(const S& sampler, const std::vector<float>& row) {
  auto make = team_row();
  auto executor = make(row, {}, {});
  return sampler.distribution(executor).kept().size();
}

TEST_CASE("MirostatOne keeps as many as the formula of the paper says") {
  const double ln2 = std::log(2.0);
  for (const double exponent : {0.6, 0.9, 1.3, 2.0, 4.0}) {
    for (const double bits : {1.0, 2.0, 3.0, 4.5}) {
      const auto row = zipf(5000, exponent);
      const MirostatOne<> sampler({.tau = static_cast<float>(bits * ln2), .vocab_size = 5000});
      const int expected = std::clamp(rank_in_bits(row, 2 * bits, 100), 1, 5000);
      CAPTURE(exponent, bits, expected);
      CHECK(std::abs(static_cast<int>(kept_by(sampler, row)) - expected) <= 1);  // mu is a float's
    }
  }
}

TEST_CASE("MirostatOne fits the law to the likeliest alone, wherever they stand") {
  auto row = zipf(200, 1.5);
  for (std::size_t i = 20; i < row.size(); ++i) row[i] -= 9;  // what comes behind is another law
  std::vector<float> reversed(row.rbegin(), row.rend());
  const MirostatOne<> near({.tau = 1.5f, .vocab_size = 200, .fitted = 20});
  const auto expected = static_cast<std::size_t>(rank_in_bits(row, 3 / std::log(2.0), 20));
  CHECK((expected > 1 && expected < 20));
  CHECK(kept_by(near, row) == expected);
  CHECK(kept_by(near, reversed) == expected);
}

TEST_CASE("MirostatOne sees the row that the policies before it leave") {
  const auto row = zipf(1000, 0.8);
  auto cooled = row;
  for (float& z : cooled) z *= 2;
  const MirostatOne<Temperature> half({.tau = 2, .vocab_size = 1000}, Temperature{0.5f});
  CHECK(kept_by(half, row) == kept_by(MirostatOne<>({.tau = 2, .vocab_size = 1000}), cooled));
  const MirostatOne<TopP> narrow({.tau = 20, .vocab_size = 1000}, TopP{0.0f});
  CHECK(kept_by(narrow, row) == 1);
}

TEST_CASE("MirostatOne steers the surprise to tau") {
  const auto row = zipf(500, 1);  // the exponent where the formula has a gap
  for (const float tau : {1.5f, 2.5f}) {
    MirostatOne<> sampler({.tau = tau, .vocab_size = 500});
    double sum = 0;
    auto make = team_row();
    for (std::uint64_t position = 0; position < 3000; ++position) {
      auto executor = make(row, Stream{1, position}, {});
      const Choice choice = sampler(executor);
      REQUIRE(choice.token >= 0);
      if (position >= 1000) sum += static_cast<double>(choice.surprise);
    }
    CAPTURE(tau, sampler.mu());
    CHECK(sum / 2000 == Approx(tau).margin(0.03));
  }
}

TEST_CASE("MirostatOne keeps someone of any row, and says so where there is nobody") {
  MirostatOne<> sampler({.tau = 3, .vocab_size = 1000});
  const double mu = sampler.mu();
  for (const RowKind kind : row_kinds) {
    for (const std::size_t size : {1u, 2u, 7u, 1000u}) {
      const auto row = make_row(kind, 1, size);
      CAPTURE(name_of(kind), size);
      CHECK(kept_by(sampler, row) >= 1);
    }
  }
  auto make = team_row();
  const std::vector<float> nobody(5, masked), nan = {1, std::nanf("")};
  auto hopeless = make(nobody, {}, {});
  CHECK(sampler(hopeless).fault == Fault::all_masked);
  auto invalid = make(nan, {}, {});
  CHECK(sampler(invalid).fault == Fault::invalid_logit);
  CHECK(sampler.mu() == mu);
}

TEST_CASE("MirostatOne draws the same on simd and on team") {
  MirostatOne<Temperature> one({.tau = 2.5f, .vocab_size = 3000}, Temperature{0.9f}), other = one;
  auto make = team_row();
  for (std::uint64_t step = 0; step < 60; ++step) {
    const auto row = make_row(RowKind::normal, step, 3000);
    auto team = make(row, Stream{3, step}, {});
    simd::RowOf simd(row, Stream{3, step});
    REQUIRE(one(team).token == other(simd).token);
    REQUIRE(one.mu() == other.mu());
  }
}
