#pragma once

/// \file binomial_deviation.hpp
/// How far a binomial count is from its mean, on average.

#include <cmath>

#include "regularized_gamma.hpp"

namespace tamis::testing {

namespace detail {

/// x ln(x / m) + m - x, for x, m > 0, without cancellation where x is near m.
inline double deviance(double x, double m) {
  const double relative = (m - x) / x;
  if (std::abs(relative) < 0.5) return x * (relative - std::log1p(relative));
  return x * std::log(x / m) + m - x;
}

}  // namespace detail

/// The probability that a binomial variable of n trials of probability p in (0, 1) is k, an integer
/// in [0, n]; relative error below 1e-10. Source: Loader, "Fast and accurate computation of
/// binomial probabilities", 2000.
inline double binomial_probability(double n, double p, double k) {
  if (k == 0) return std::exp(n * std::log1p(-p));
  if (k == n) return std::exp(n * std::log(p));
  const double two_pi = 6.283185307179586;
  const double correction =
      detail::stirling_error(n) - detail::stirling_error(k) - detail::stirling_error(n - k);
  const double exponent =
      correction - detail::deviance(k, n * p) - detail::deviance(n - k, n * (1 - p));
  return std::exp(exponent) * std::sqrt(n / (two_pi * k * (n - k)));
}

/// \f$ E |X - np| \f$ for a binomial X of n trials of probability p in [0, 1]: exactly
/// \f$ 2 (1 - p) \nu \binom{n}{\nu} p^\nu (1-p)^{n-\nu} \f$ with \f$ \nu = \lfloor np \rfloor + 1
/// \f$. Source: de Moivre, 1730; Diaconis and Zabell, "Closed form summation for classical
/// distributions", Statistical Science 6, 1991.
inline double binomial_deviation(double n, double p) {
  const double nu = std::floor(n * p) + 1;
  if (!(p > 0) || !(p < 1) || nu > n) return 0;
  return 2 * (1 - p) * nu * binomial_probability(n, p, nu);
}

}  // namespace tamis::testing
