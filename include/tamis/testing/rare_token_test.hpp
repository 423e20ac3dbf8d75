#pragma once

/// \file rare_token_test.hpp
/// Are the rare tokens drawn, all of them, and as often as they should be? Finds noise of few bits.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

#include "binomial.hpp"
#include "draw_counts.hpp"
#include "regularized_gamma.hpp"

namespace tamis::testing {

/// What `rare_token_test` found.
struct RareTokenReport {
  std::uint64_t draws = 0;         ///< draws that fell on rare tokens
  double expected_draws = 0;       ///< the mean of that for a correct sampler
  std::uint64_t collisions = 0;    ///< those of them that fell on a token drawn before
  double expected_collisions = 0;  ///< the mean of that for a correct sampler with so many `draws`
  double p_value = 1;              ///< twice the lesser of the two p-values (Bonferroni), two-sided
  double false_alarm_rate = 0;     ///< no correct sampler fails more often
  bool passed() const { return p_value >= false_alarm_rate; }
};

/// Whether the rare tokens, each expected less than `rare` times, are drawn as often as they
/// should be in all, and are all there.
///
/// `chi_squared` spreads the first question over many bins, and cannot see the second, for it must
/// pool them: noise of 24 bits inverted where probabilities are near 2^-24 never draws every second
/// token, and the others twice as often; in a Gumbel race it draws the tail as a whole too seldom.
///
/// - The number m of rare draws is binomial; its tails are summed.
/// - Given m draws of tokens with probabilities q among each other, the number of distinct ones has
///   mean \f$ \sum_i 1 - (1 - q_i)^m \f$. Collisions are m less that, and are held against the
///   Poisson distribution of their mean, which is near where tokens are rare and has the heavier
///   tails: the number of boxes hit is a sum of independent indicators (of equal boxes: Vatutin and
///   Mikhailov 1982), more concentrated than Poisson's (Hoeffding 1956).
///
/// `probabilities`, [vocab_size]: what is not positive counts as zero. A row for this test has few
/// tokens with most of the mass, and 10^4 or more with some 2^-25 each: `RowKind::long_tail`.
inline RareTokenReport rare_token_test(std::span<const double> probabilities,
                                       const DrawCounts& drawn, double false_alarm_rate = 1e-3,
                                       double rare = 0.25) {
  RareTokenReport report;
  report.false_alarm_rate = false_alarm_rate;
  double sum = 0;
  for (const double p : probabilities) sum += p > 0 ? p : 0;
  const double all_draws = static_cast<double>(drawn.total());
  const auto is_rare = [&](double p) { return p > 0 && p * all_draws < rare * sum; };

  double rare_sum = 0;
  std::uint64_t distinct = 0;
  for (std::size_t token = 0; token < probabilities.size(); ++token) {
    if (!is_rare(probabilities[token])) continue;
    rare_sum += probabilities[token];
    const std::uint64_t count = token < drawn.of_token.size() ? drawn.of_token[token] : 0;
    report.draws += count;
    distinct += count > 0;
  }
  if (rare_sum == 0 || all_draws == 0) return report;

  const double draws = static_cast<double>(report.draws);
  report.expected_draws = all_draws * (rare_sum / sum);
  const double share = binomial_two_sided(all_draws, rare_sum / sum, draws);

  double expected_distinct = 0;
  for (const double p : probabilities)
    if (is_rare(p)) expected_distinct -= std::expm1(draws * std::log1p(-p / rare_sum));
  report.collisions = report.draws - distinct;
  report.expected_collisions = std::max(0.0, draws - expected_distinct);
  const double collisions = static_cast<double>(report.collisions);
  const double as_many =
      collisions > 0 ? regularized_gamma_p(collisions, report.expected_collisions) : 1;
  const double as_few = regularized_gamma_q(collisions + 1, report.expected_collisions);

  report.p_value = std::min(1.0, 2 * std::min(share, 2 * std::min(as_many, as_few)));
  return report;
}

}  // namespace tamis::testing
