#pragma once

/// \file total_variation.hpp
/// How far draws are from the distribution they should come from, with a bound on how far the
/// sampler is.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

#include "binomial.hpp"
#include "draw_counts.hpp"
#include "support_test.hpp"

namespace tamis::testing {

/// What `total_variation` found. Distances are in [0, 1]; bounds hold with confidence
/// 1 - false_alarm_rate each.
struct TotalVariationReport {
  double distance = 0;  ///< of the draws from the distribution
  double expected = 0;  ///< the mean of `distance` for a correct sampler: what chance alone makes
  double at_least = 0;  ///< a bound on the distance of the sampler itself
  double at_most = 1;   ///< a bound on the distance of the sampler itself
  std::uint64_t draws = 0;
  std::uint64_t outside = 0;  ///< draws outside of the support; any of them is a failure
  double p_value = 1;  ///< a bound on the probability that a correct sampler's distance is as great
  double false_alarm_rate = 0;  ///< no correct sampler fails more often

  bool passed() const { return p_value >= false_alarm_rate; }
};

/// Whether the draws are near enough to their distribution, by the total variation distance
/// \f$ \hat d = \frac12 \sum_i |c_i / n - p_i| \f$, with bounds on the distance d of the sampler
/// itself. They hold at every n, for every distribution: nothing is asymptotic.
///
/// One draw changes \f$ \hat d \f$ by at most 1/n, so by McDiarmid's inequality it exceeds its
/// mean by \f$ t = \sqrt{\ln(1/\alpha) / 2n} \f$ with probability at most \f$ \alpha \f$, and
/// falls short of it by t likewise. Of the mean is known:
///
/// - for a correct sampler, its value, for each count is binomial (`binomial_deviation`). Hence
///   the p-value \f$ \exp(-2 n (\hat d - E \hat d)^2) \f$, an upper bound: the test alarms less
///   often than stated;
/// - for any sampler, \f$ d \le E \hat d \f$, by Jensen's inequality.
///   Hence `at_most` is \f$ \hat d + t \f$;
/// - for any sampler, \f$ E \hat d \le d + \frac12 \sqrt{(k-1)/n} \f$ over k cells, by those of
///   the triangle, Jensen and Cauchy. Hence `at_least`. The cells are the tokens of the support,
///   and one for all that is outside of it, which changes no distance.
///
/// `probabilities`, [vocab_size], is divided by its sum; what is not positive counts as zero. Of
/// little power against errors of rare tokens, where `chi_squared` is the test; its strength is
/// that it says how wrong a sampler is, at most.
///
/// Sources: McDiarmid, "On the method of bounded differences", 1989; Cohen, Kontorovich, Wolfer,
/// "Learning discrete distributions with infinite support", NeurIPS 2020, for bounds of this form.
inline TotalVariationReport total_variation(std::span<const double> probabilities,
                                            const DrawCounts& drawn,
                                            double false_alarm_rate = 1e-3) {
  TotalVariationReport report;
  report.draws = drawn.total();
  report.outside = support_test(probabilities, drawn).outside;
  report.false_alarm_rate = false_alarm_rate;
  if (report.draws == 0) return report;

  double sum = 0, support = 0;
  for (const double p : probabilities) {
    if (!(p > 0)) continue;
    sum += p;
    ++support;
  }
  const double n = static_cast<double>(report.draws);
  report.distance = static_cast<double>(report.outside) / n / 2;
  for (std::size_t token = 0; token < probabilities.size(); ++token) {
    if (!(probabilities[token] > 0)) continue;
    const double p = probabilities[token] / sum;
    const double count =
        token < drawn.of_token.size() ? static_cast<double>(drawn.of_token[token]) : 0;
    report.distance += std::abs(count / n - p) / 2;
    report.expected += binomial_deviation(n, p) / n / 2;
  }
  const double slack = std::sqrt(-std::log(false_alarm_rate) / (2 * n));
  report.at_least = std::max(0.0, report.distance - slack - std::sqrt(support / n) / 2);
  report.at_most = std::min(1.0, report.distance + slack);
  const double excess = std::max(0.0, report.distance - report.expected);
  report.p_value = report.outside > 0 ? 0 : std::exp(-2 * n * excess * excess);
  return report;
}

}  // namespace tamis::testing
