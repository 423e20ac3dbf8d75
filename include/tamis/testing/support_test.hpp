#pragma once

/// \file support_test.hpp
/// Was anything drawn that cannot be drawn?

#include <cstdint>
#include <span>

#include "draw_counts.hpp"

namespace tamis::testing {

/// What `support_test` found.
struct SupportReport {
  std::uint64_t outside = 0;  ///< draws of tokens that have no probability, strays included
  TokenId example =
      -1;  ///< the least such token; -1 where there is none, or only ids that are no tokens
  double p_value = 1;           ///< 0 or 1: a single draw outside of the support is proof
  double false_alarm_rate = 0;  ///< a correct sampler never fails
  bool passed() const { return outside == 0; }
};

/// Whether each token drawn has a positive probability.
///
/// `probabilities`, [vocab_size], as the pipeline under test should leave them: zero where a token
/// was cut off. Tokens beyond its end have none.
///
/// The power is that of seeing a rare event: a token of probability q that should have been cut off
/// is found by n draws with probability \f$ 1 - (1 - q)^n \f$. The test cannot see a token that is
/// missing; `chi_squared` does.
inline SupportReport support_test(std::span<const double> probabilities, const DrawCounts& drawn) {
  SupportReport report;
  report.outside = drawn.strays;
  for (std::size_t token = 0; token < drawn.of_token.size(); ++token) {
    const bool possible = token < probabilities.size() && probabilities[token] > 0;
    if (possible || drawn.of_token[token] == 0) continue;
    if (report.example < 0) report.example = static_cast<TokenId>(token);
    report.outside += drawn.of_token[token];
  }
  report.p_value = report.outside == 0 ? 1 : 0;
  return report;
}

}  // namespace tamis::testing
