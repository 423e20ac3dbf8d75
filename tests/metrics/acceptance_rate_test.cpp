#include <tamis/metrics/acceptance_rate.hpp>

#include "catch.hpp"

using namespace tamis::metrics;

TEST_CASE("The acceptance rate is what was kept of what was proposed") {
  const Speculation all{.steps = 10, .proposed = 40, .accepted = 30};
  CHECK(acceptance_rate(all) == 0.75);
  CHECK(tokens_per_step(all) == 4);
  CHECK(std::isnan(acceptance_rate({})));
  CHECK(std::isnan(tokens_per_step({})));
}

TEST_CASE("The expected tokens per step are those of a simulated draft") {
  CHECK(expected_tokens_per_step(0.8, 4) ==
        Approx(3.3616).epsilon(1e-12));  // (1 - 0.8**5) / (1 - 0.8)
  CHECK(expected_tokens_per_step(0, 4) == 1);
  CHECK(expected_tokens_per_step(1, 4) == 5);
  CHECK(expected_tokens_per_step(0.3, 0) == 1);

  Speculation all;
  std::uint64_t state = 5;
  const auto accepts = [&] {
    return ((state = state * 6364136223846793005u + 1442695040888963407u) >> 40) % 10 < 8;
  };
  for (; all.steps < 100'000; ++all.steps) {
    all.proposed += 4;
    for (int i = 0; i < 4 && accepts(); ++i) ++all.accepted;
  }
  CHECK(tokens_per_step(all) == Approx(3.3616).epsilon(0.01));
}
