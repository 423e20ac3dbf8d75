#include <tamis/testing/regularized_gamma.hpp>

#include "catch.hpp"

using namespace tamis::testing;

TEST_CASE("The regularized gamma functions are exact to 1e-10 of themselves") {
  struct Known {
    double a, x, p, q;
  };
  // mpmath 1.4.1 at 40 digits: gammainc(a, 0, x, regularized=True), gammainc(a, x, inf,
  // regularized=True)
  const Known known[] = {
      {0.5, 0.1, 0.34527915398142298, 0.65472084601857702},
      {0.5, 5, 0.99843459774199745, 0.0015654022580025497},
      {1, 1, 0.63212055882855768, 0.36787944117144232},
      {2.5, 2.5, 0.58411981300449208, 0.41588018699550792},
      {3, 20, 0.99999954448504944, 4.5551495055892128e-7},
      {10, 3, 0.0011024881301154797, 0.99889751186988452},
      {49.5, 60, 0.92575614419403321, 0.07424385580596679},
      {49.5, 100, 0.99999999180608811, 8.1939118914221111e-9},
      {500, 450, 0.010717238091289742, 0.98928276190871026},
      {500, 510, 0.6769366400888723, 0.3230633599111277},
      {5000, 5300, 0.99998445488421448, 1.5545115785517565e-5},
      {24576, 24000, 0.00010728772090053093, 0.99989271227909947},
      {24576, 25500, 0.99999999712576541, 2.8742345898070358e-9},
      {131071.5, 131071.5, 0.50036731164294939, 0.49963268835705061},
      {131071.5, 134000, 0.99999999999999951, 4.8585823010891455e-16},
      {1e6, 1.003e6, 0.99863825935378241, 0.0013617406462175915},
      {0.01, 1e-3, 0.93857065252612899, 0.061429347473871015},
      {7, 1e-4, 1.9839533807316916e-32, 1},
  };
  for (const Known& k : known) {
    CAPTURE(k.a, k.x);
    CHECK(std::abs(regularized_gamma_p(k.a, k.x) / k.p - 1) < 1e-10);
    CHECK(std::abs(regularized_gamma_q(k.a, k.x) / k.q - 1) < 1e-10);
  }
}

TEST_CASE("The regularized gamma functions have their limits, and no others") {
  CHECK(regularized_gamma_p(3, 0) == 0);
  CHECK(regularized_gamma_q(3, 0) == 1);
  CHECK(regularized_gamma_p(3, INFINITY) == 1);
  CHECK(regularized_gamma_q(3, INFINITY) == 0);
  CHECK(std::isnan(regularized_gamma_p(0, 1)));
  CHECK(std::isnan(regularized_gamma_q(1, -1)));
  CHECK(std::isnan(regularized_gamma_q(NAN, 1)));
  CHECK(std::isnan(regularized_gamma_p(1, NAN)));
}

TEST_CASE("The two regularized gamma functions are parts of one") {
  for (const double a : {0.3, 1.0, 7.5, 33.0, 512.0, 40000.0})
    for (const double ratio : {0.1, 0.7, 0.99, 1.0, 1.01, 1.4, 3.0})
      CHECK(std::abs(regularized_gamma_p(a, a * ratio) + regularized_gamma_q(a, a * ratio) - 1) <
            1e-12);
}
