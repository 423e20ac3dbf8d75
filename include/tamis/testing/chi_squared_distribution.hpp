#pragma once

/// \file chi_squared_distribution.hpp
/// The tail of the chi-squared distribution and its inverse.

#include "regularized_gamma.hpp"

namespace tamis::testing {

/// The probability that a chi-squared variable of so many degrees of freedom is `statistic` or
/// more, exact to 1e-10 of itself. With no degrees of freedom the variable is zero.
inline double chi_squared_tail(double statistic, double degrees_of_freedom) {
  if (degrees_of_freedom == 0) return statistic > 0 ? 0 : 1;
  return regularized_gamma_q(degrees_of_freedom / 2, statistic / 2);
}

/// The statistic that is exceeded with probability `tail`, in (0, 1): `chi_squared_critical(0.001,
/// 10)` is the 99.9 % quantile of ten degrees of freedom. Exact to 1e-10 of itself, by bisection.
inline double chi_squared_critical(double tail, double degrees_of_freedom) {
  if (degrees_of_freedom == 0) return 0;
  double low = 0, high = degrees_of_freedom + 1;
  while (chi_squared_tail(high, degrees_of_freedom) > tail) {
    low = high;
    high *= 2;
  }
  while (high - low > 1e-12 * high) {
    const double middle = low + (high - low) / 2;
    (chi_squared_tail(middle, degrees_of_freedom) > tail ? low : high) = middle;
  }
  return high;
}

}  // namespace tamis::testing
