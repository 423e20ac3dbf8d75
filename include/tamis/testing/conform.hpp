#pragma once

/// \file conform.hpp
/// The verdict on draws from one row: every test that needs no more than the tokens.

#include <algorithm>
#include <span>

#include "chi_squared.hpp"
#include "draw_counts.hpp"
#include "g_test.hpp"
#include "rare_token_test.hpp"
#include "support_test.hpp"
#include "total_variation.hpp"

namespace tamis::testing {

/// What `conform` found; each part says more.
struct ConformReport {
  SupportReport support;
  ChiSquaredReport chi_squared;
  RareTokenReport rare_tokens;
  GTestReport g_test;                    ///< a second opinion on the frequencies; not in the verdict
  TotalVariationReport total_variation;  ///< how wrong the sampler may be; not in the verdict
  double p_value = 1;  ///< twice the lesser of chi-squared's and the rare tokens' (Bonferroni)
  double false_alarm_rate = 0;  ///< of the verdict as a whole
  bool passed() const { return p_value >= false_alarm_rate; }
};

/// Whether tokens drawn from one row, independently, are distributed as they should be: none
/// outside of the support, and chi-squared and the rare tokens passed at half the false-alarm rate
/// each. Total variation, which is looser than these, says how far off the sampler may be.
///
/// `probabilities`, [vocab_size], is what the pipeline under test should draw from, zero where a
/// token was cut off. A draw outside of the support makes the p-value 0.
inline ConformReport conform(std::span<const double> probabilities, const DrawCounts& drawn,
                             double false_alarm_rate = 1e-3) {
  ConformReport report;
  report.false_alarm_rate = false_alarm_rate;
  report.support = support_test(probabilities, drawn);
  report.chi_squared = chi_squared(probabilities, drawn, false_alarm_rate / 2);
  report.rare_tokens = rare_token_test(probabilities, drawn, false_alarm_rate / 2);
  report.g_test = g_test(probabilities, drawn, false_alarm_rate);
  report.total_variation = total_variation(probabilities, drawn, false_alarm_rate);
  const double least = std::min(report.chi_squared.p_value, report.rare_tokens.p_value);
  report.p_value = report.support.passed() ? std::min(1.0, 2 * least) : 0;
  return report;
}

}  // namespace tamis::testing
