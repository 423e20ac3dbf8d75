#include <tamis/testing/binomial_deviation.hpp>

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
