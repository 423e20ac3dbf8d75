#pragma once

/// \file conform_batch.hpp
/// The verdict on draws from several rows: each by itself, and what they show together.

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "chi_squared_distribution.hpp"
#include "conform.hpp"
#include "draw_counts.hpp"

namespace tamis::testing {

/// What `conform_batch` found.
struct ConformBatchReport {
  std::vector<ConformReport> rows;     ///< each at its share of the false-alarm rate
  std::size_t worst = 0;               ///< the row with the least p-value
  double statistic = 0;                ///< the sum of the rows' chi-squared statistics
  std::size_t degrees_of_freedom = 0;  ///< the sum of theirs
  double together = 1;          ///< p-value of the sum: errors too small for a row add up here
  double p_value = 1;           ///< of the verdict: Bonferroni over the rows and their sum
  double false_alarm_rate = 0;  ///< of the verdict as a whole
  bool passed() const { return p_value >= false_alarm_rate; }

  /// Whether the draws are too few to say anything of frequencies: some row has several tokens,
  /// and in none were there two groups of them to compare.
  bool tells_nothing = false;
};

/// Whether the tokens drawn from several rows, independently, are distributed as they should be.
/// `probabilities` and `drawn` have one entry a row, as `conform` takes them; one row at least.
///
/// One row is `conform`. Several share the false-alarm rate: half of it goes to the rows in equal
/// parts, half to the sum of their chi-squared statistics, which for correct samplers is
/// chi-squared distributed with the sum of the degrees of freedom.
inline ConformBatchReport conform_batch(std::span<const std::vector<double>> probabilities,
                                        std::span<const DrawCounts> drawn,
                                        double false_alarm_rate = 1e-3) {
  const std::size_t count = std::min(probabilities.size(), drawn.size());
  const double shares = count > 1 ? 2 * static_cast<double>(count) : 1;
  ConformBatchReport report;
  report.false_alarm_rate = false_alarm_rate;
  bool several = false;
  for (std::size_t row = 0; row < count; ++row) {
    report.rows.push_back(conform(probabilities[row], drawn[row], false_alarm_rate / shares));
    const ConformReport& found = report.rows.back();
    if (found.p_value < report.rows[report.worst].p_value) report.worst = row;
    report.statistic += found.chi_squared.statistic;
    report.degrees_of_freedom += found.chi_squared.degrees_of_freedom;
    several |= std::ranges::count_if(probabilities[row], [](double p) { return p > 0; }) > 1;
  }
  if (report.rows.empty()) return report;
  const double least = report.rows[report.worst].p_value;
  report.together =
      chi_squared_tail(report.statistic, static_cast<double>(report.degrees_of_freedom));
  report.p_value = std::min(1.0, shares * least);
  if (count > 1) report.p_value = std::min(report.p_value, std::min(1.0, 2 * report.together));
  report.tells_nothing = several && report.degrees_of_freedom == 0 && report.passed();
  return report;
}

}  // namespace tamis::testing
