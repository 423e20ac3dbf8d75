#pragma once

/// \file g_test.hpp
/// The likelihood-ratio test of draws against the distribution they should come from.

#include <cmath>
#include <cstdint>
#include <span>

#include "chi_squared_distribution.hpp"
#include "draw_counts.hpp"
#include "pooled_bins.hpp"
#include "support_test.hpp"

namespace tamis::testing {

/// What `g_test` found.
struct GTestReport {
  double statistic = 0;                ///< G / q, in nats: see `g_test`
  std::size_t degrees_of_freedom = 0;  ///< bins less one; 0 says that there was nothing to compare
  std::uint64_t draws = 0;
  std::uint64_t outside = 0;  ///< draws outside of the support; any of them is a failure
  double p_value =
      1;  ///< probability that a correct sampler's statistic is as great; 0 if any is outside
  double false_alarm_rate = 0;  ///< the probability, asked for, of failing a correct sampler
  bool passed() const { return p_value >= false_alarm_rate; }
};

/// Whether the draws are distributed as they should be, by the likelihood ratio
/// \f$ G = 2 \sum_b O_b \ln (O_b / E_b) \f$ over the bins of `pooled_bins`: 2n times the
/// Kullback-Leibler divergence, in nats, of what was drawn from what should be. Arguments and
/// meaning as for `chi_squared`, which weighs a surplus in a rare bin more, where this one weighs a
/// deficit more.
///
/// G is divided by Williams' \f$ q = 1 + \frac{\sum_b 1/\pi_b - 1}{6 n (k - 1)} \f$ (k bins of
/// probability \f$ \pi_b \f$, n draws), without which bins expected five times would raise the
/// false-alarm rate.
///
/// Sources: Wilks, "The large-sample distribution of the likelihood ratio", Annals of Mathematical
/// Statistics 9, 1938; Williams, "Improved likelihood ratio tests for complete contingency tables",
/// Biometrika 63, 1976.
inline GTestReport g_test(std::span<const double> probabilities, const DrawCounts& drawn,
                          double false_alarm_rate = 1e-3) {
  const PooledBins bins = pooled_bins(probabilities, drawn);
  GTestReport report;
  report.draws = drawn.total();
  report.outside = support_test(probabilities, drawn).outside;
  report.false_alarm_rate = false_alarm_rate;
  report.degrees_of_freedom = bins.expected.empty() ? 0 : bins.expected.size() - 1;
  if (report.outside > 0) {
    report.p_value = 0;
    return report;
  }
  if (report.degrees_of_freedom == 0) return report;

  const double draws = static_cast<double>(report.draws);
  const double freedom = static_cast<double>(report.degrees_of_freedom);
  double sum = 0, inverse_probabilities = 0;
  for (std::size_t bin = 0; bin < bins.expected.size(); ++bin) {
    const double observed = static_cast<double>(bins.observed[bin]);
    if (observed > 0) sum += observed * std::log(observed / bins.expected[bin]);
    inverse_probabilities += draws / bins.expected[bin];
  }
  const double williams = 1 + (inverse_probabilities - 1) / (6 * draws * freedom);
  report.statistic = std::max(0.0, 2 * sum / williams);
  report.p_value = chi_squared_tail(report.statistic, freedom);
  return report;
}

}  // namespace tamis::testing
