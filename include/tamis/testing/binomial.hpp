#pragma once

/// \file binomial.hpp
/// The binomial distribution: probabilities, tails, and how far a count is from its mean.

#include <algorithm>
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

/// The probability that a binomial variable of n trials of probability p in [0, 1] is k or farther
/// out on the same side, doubled, at most 1: a two-sided p-value. Relative error below 1e-9.
inline double binomial_two_sided(double n, double p, double k) {
  if (p >= 1) return k == n ? 1 : 0;
  if (!(p > 0)) return k == 0 ? 1 : 0;
  const bool above = k > n * p;
  const double odds = p / (1 - p);
  double term = binomial_probability(n, p, k), sum = 0;
  for (double i = k; term > sum * 1e-17; i += above ? 1 : -1) {
    sum += term;
    term *= above ? (n - i) / (i + 1) * odds : i / (n - i + 1) / odds;
  }
  return std::min(1.0, 2 * sum);
}

}  // namespace tamis::testing
