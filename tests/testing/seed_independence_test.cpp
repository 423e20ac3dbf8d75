#include <tamis/core/philox.hpp>
#include <tamis/testing/seed_independence.hpp>

#include "catch.hpp"
#include "samplers.hpp"

using namespace tamis;
using namespace tamis::testing;

/// A uniform number of Philox, for samplers whose noise is right.
static double uniform_at(std::uint64_t seed, std::uint64_t position) {
  const Philox4 bits = philox(seed, position, 0);
  return (static_cast<double>(bits.word[0]) + 0.5) / 4294967296.0;
}

TEST_CASE("seed_independence alarms falsely as often as stated: 1000 runs at 0.01") {
  const auto p = samplers::softmax(samplers::logits(2, 100, 1));
  const samplers::Inverse sampler(p);
  const auto draw = [&](std::uint64_t seed, std::uint64_t position) {
    return sampler.at(uniform_at(seed, position));
  };
  int rejected = 0;
  for (std::uint64_t run = 0; run < 1000; ++run) {
    const SeedIndependenceReport report = seed_independence(draw, p, 700, 0.01, run * 1'000'000);
    REQUIRE(report.groups == 7);
    rejected += !report.passed();
  }
  CAPTURE(rejected);
  CHECK(samplers::expected_rejections(1000, 0.01).contains(rejected));
}

TEST_CASE("seed_independence names what noise is shared") {
  const auto p = samplers::softmax(samplers::logits(2, 100, 1));
  const samplers::Inverse sampler(p);
  const auto worst = [&](auto uniform) {
    const auto draw = [&](std::uint64_t seed, std::uint64_t position) {
      return sampler.at(uniform(seed, position));
    };
    const SeedIndependenceReport report = seed_independence(draw, p, 1000);
    return std::string(report.passed() ? "" : report.worst);
  };
  CHECK(worst(uniform_at) == "");
  CHECK(worst([](auto seed, auto position) { return uniform_at(seed + position, 0); }) ==
        "(s, p + 1) and (s + 1, p)");
  CHECK(worst([](auto seed, auto) { return uniform_at(seed, 0); }) == "positions p and p + 1");
  CHECK(worst([](auto seed, auto position) { return uniform_at(seed & 0xFFFFFFFFu, position); }) ==
        "seeds s and s + 2^32");
  CHECK(worst([](auto seed, auto position) { return uniform_at(seed / 2, position); }) ==
        "seeds s and s + 1");
  // the first output of a linear congruential generator, whose neighbouring seeds have neighbouring
  // outputs
  CHECK(worst([](auto seed, auto position) {
          const std::uint64_t state =
              (seed + (position << 40)) * 6364136223846793005u + 1442695040888963407u;
          return static_cast<double>(state >> 11) * 0x1p-53;
        }) != "");
}

TEST_CASE("seed_independence has nothing to say of a row with one token") {
  const SeedIndependenceReport report =
      seed_independence([](auto, auto) { return TokenId{0}; }, std::vector<double>{1, 0, 0}, 100);
  CHECK(report.groups < 2);
  CHECK(report.passed());
  CHECK(seed_independence([](auto, auto) { return TokenId{0}; }, {}, 100).passed());
}

TEST_CASE("seed_independence survives tokens that are none") {
  const std::vector<double> p(10, 0.1);
  CHECK(seed_independence([](auto, auto) { return TokenId{-5}; }, p, 100).pairs == 100);
  CHECK(seed_independence([](auto, auto) { return TokenId{10}; }, p, 100).pairs == 100);
}
