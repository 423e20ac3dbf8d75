#include <tamis/testing/binomial.hpp>

#include "catch.hpp"

using namespace tamis::testing;

TEST_CASE("The mean deviation of a binomial count is de Moivre's") {
  struct Known {
    double n, p, deviation;
  };
  // mpmath 1.4.1 at 30 digits: the sum of |k - np| binomial(n, k) p^k (1-p)^(n-k) over k
  const Known known[] = {
      {10, 0.3, 1.1206773144},
      {1000, 0.5, 12.612509089180401},
      {1000, 0.001, 0.7353908495419281},
      {100, 0.0001, 0.019800986773827417},
      {1000000, 0.03, 136.10853154925132},
      {1000000, 1e-07, 0.18096748270235443},
      {20, 0.95, 0.71697184481708511},
      {7, 0.999, 0.013902293510489718},
  };
  for (const Known& k : known) {
    CAPTURE(k.n, k.p);
    CHECK(std::abs(binomial_deviation(k.n, k.p) / k.deviation - 1) < 1e-10);
  }
  CHECK(binomial_deviation(5, 0) == 0);
  CHECK(binomial_deviation(5, 1) == 0);
}

TEST_CASE("Binomial probabilities are exact to 1e-10 of themselves") {
  struct Known {
    double n, p, k, probability;
  };
  const Known known[] = {
      {10, 0.3, 3, 0.266827932},
      {1000, 0.5, 450, 0.00016939724527711569},
      {1000000, 0.03, 30500, 3.2353366220758533e-5},
      {1000000, 1e-07, 2, 0.0045241834482084374},
      {7, 0.999, 6, 0.0069581048601049641},
      {7, 0.5, 0, 0.0078125},
      {7, 0.5, 7, 0.0078125},
  };
  for (const Known& k : known) {
    CAPTURE(k.n, k.p, k.k);
    CHECK(std::abs(binomial_probability(k.n, k.p, k.k) / k.probability - 1) < 1e-10);
  }
}

TEST_CASE("Two-sided p-values of the binomial distribution double the nearer tail") {
  struct Known {
    double n, p, k, p_value;
  };
  // scipy 1.17.1: 2 * binom.cdf(k, n, p) below the mean, 2 * binom.sf(k - 1, n, p) above it
  const Known known[] = {
      {10, 0.3, 0, 0.05649504980000001},
      {10, 0.3, 8, 0.003180772799999999},
      {1000, 0.5, 450, 0.0017305360849763027},
      {1000000, 0.00390625, 3300, 1.9420031241509618e-23},
      {1000000, 0.00390625, 4100, 0.002099717188681536},
      {1000000, 1e-06, 7, 0.00016647974387018014},
      {50, 0.999, 45, 4.081572298682222e-09},
      {1000000000, 0.25, 250060000, 1.177929956956343e-05},
  };
  for (const Known& k : known) {
    CAPTURE(k.n, k.p, k.k);
    CHECK(std::abs(binomial_two_sided(k.n, k.p, k.k) / k.p_value - 1) < 1e-9);
  }
  CHECK(binomial_two_sided(10, 0.5, 5) == 1);
  CHECK(binomial_two_sided(10, 1, 10) == 1);
  CHECK(binomial_two_sided(10, 1, 9) == 0);
  CHECK(binomial_two_sided(10, 0, 0) == 1);
  CHECK(binomial_two_sided(10, 0, 1) == 0);
}
