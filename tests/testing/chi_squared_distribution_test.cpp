#include <tamis/testing/chi_squared_distribution.hpp>

#include "catch.hpp"

using namespace tamis::testing;

TEST_CASE("Critical values of the chi-squared distribution are those of the tables") {
  struct Known {
    double tail, degrees, critical;
  };
  // mpmath 1.4.1 at 30 digits, findroot on gammainc; scipy 1.17.1's chi2.isf agrees to 1e-10
  const Known known[] = {
      {0.5, 1, 0.45493642311957275},      {0.05, 1, 3.8414588206941259},
      {0.01, 10, 23.20925115895436},      {0.001, 49, 85.350564608593096},
      {1e-06, 99, 180.79201532589993},    {0.999, 7, 0.59849375237537611},
      {0.0001, 1000, 1174.9334965841591}, {0.001, 49151, 50125.58761302325},
      {1e-09, 3, 44.841275330562401},
  };
  for (const Known& k : known) {
    CAPTURE(k.tail, k.degrees);
    CHECK(std::abs(chi_squared_critical(k.tail, k.degrees) / k.critical - 1) < 1e-10);
    CHECK(std::abs(chi_squared_tail(k.critical, k.degrees) / k.tail - 1) < 1e-9);
  }
}

TEST_CASE("Without degrees of freedom nothing deviates by chance") {
  CHECK(chi_squared_tail(0, 0) == 1);
  CHECK(chi_squared_tail(1e-9, 0) == 0);
  CHECK(chi_squared_critical(0.01, 0) == 0);
}
