#include <tamis/metrics/perplexity.hpp>

#include "catch.hpp"

using namespace tamis::metrics;

static std::vector<double> logs(std::vector<double> p) {
  for (double& x : p) x = std::log(x);
  return p;
}

TEST_CASE("Perplexity is the inverse of the geometric mean of the probabilities") {
  CHECK(perplexity(logs({0.25, 0.25, 0.25})) == Approx(4));
  CHECK(perplexity(logs({1, 1})) == 1);
  // numpy 2.4.6: lp = np.log([0.5, 0.25, 0.125, 0.9, 0.01]); np.exp(-lp.mean()); -lp.sum() /
  // np.log(2) / 17
  const auto log_p = logs({0.5, 0.25, 0.125, 0.9, 0.01});
  CHECK(perplexity(log_p) == Approx(5.893692769616629).epsilon(1e-14));
  CHECK(mean_surprise(log_p) == Approx(std::log(5.893692769616629)).epsilon(1e-14));
  CHECK(bits_per_byte(log_p, 17) == Approx(0.7526976048952807).epsilon(1e-14));
}

TEST_CASE(
    "Perplexity is infinite where the impossible happened, and not a number where nothing did") {
  CHECK(perplexity(logs({0.5, 0})) == INFINITY);
  CHECK(std::isnan(perplexity({})));
  CHECK(std::isnan(bits_per_byte({}, 5)));
}
