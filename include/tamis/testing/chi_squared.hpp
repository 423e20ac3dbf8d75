#pragma once

/// \file chi_squared.hpp
/// Pearson's chi-squared test of draws against the distribution they should come from.

#include <cstdint>
#include <span>

#include "chi_squared_distribution.hpp"
#include "draw_counts.hpp"
#include "pooled_bins.hpp"
#include "support_test.hpp"

namespace tamis::testing {

/// What `chi_squared` found.
struct ChiSquaredReport {
  double statistic = 0;                ///< the sum over bins of (observed - expected)^2 / expected
  std::size_t degrees_of_freedom = 0;  ///< bins less one; 0 says that there was nothing to compare
  std::uint64_t draws = 0;
  std::uint64_t outside = 0;  ///< draws outside of the support; any of them is a failure
  double p_value =
      1;  ///< probability that a correct sampler's statistic is as great; 0 if any is outside
  double false_alarm_rate = 0;  ///< the probability, asked for, of failing a correct sampler

  bool passed() const { return p_value >= false_alarm_rate; }

  /// The quantile of order 1 - false_alarm_rate, which the statistic may not exceed.
  double critical() const {
    return chi_squared_critical(false_alarm_rate, static_cast<double>(degrees_of_freedom));
  }
};

/// Whether the draws are distributed as they should be,
/// \f$ X^2 = \sum_b (O_b - E_b)^2 / E_b \f$ over the bins of `pooled_bins` (every expected count at
/// least 5).
///
/// `probabilities`, [vocab_size], is what the pipeline under test should draw from, zero where a
/// token was cut off. A draw outside of the support fails the test whatever the statistic. The
/// false-alarm rate, in (0, 1), holds in the limit of many draws;
/// `tests/testing/chi_squared_test.cpp` counts it at finite numbers.
///
/// Source: Pearson, "On the criterion that a given system of deviations...", Philosophical Magazine
/// 50, 1900.
inline ChiSquaredReport chi_squared(std::span<const double> probabilities, const DrawCounts& drawn,
                                    double false_alarm_rate = 1e-3) {
  const PooledBins bins = pooled_bins(probabilities, drawn);
  ChiSquaredReport report;
  report.draws = drawn.total();
  report.outside = support_test(probabilities, drawn).outside;
  report.false_alarm_rate = false_alarm_rate;
  report.degrees_of_freedom = bins.expected.empty() ? 0 : bins.expected.size() - 1;
  if (report.outside > 0) {
    report.p_value = 0;
    return report;
  }
  for (std::size_t bin = 0; bin < bins.expected.size() && report.degrees_of_freedom > 0; ++bin) {
    const double deviation = static_cast<double>(bins.observed[bin]) - bins.expected[bin];
    report.statistic += deviation * deviation / bins.expected[bin];
  }
  report.p_value =
      chi_squared_tail(report.statistic, static_cast<double>(report.degrees_of_freedom));
  return report;
}

}  // namespace tamis::testing
