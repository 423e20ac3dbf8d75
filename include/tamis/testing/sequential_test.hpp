#pragma once

/// \file sequential_test.hpp
/// A test that may be looked at after every draw, and stops as soon as it knows.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "../core/types.hpp"

namespace tamis::testing {

/// A test of draws, one at a time, against the distribution they should come from. It may be
/// stopped at any moment, for any reason, "because it has just failed" among them: a correct
/// sampler still fails with probability at most the false-alarm rate, over a run of any length.
/// Wrong samplers are found after about as many draws as their error deserves.
///
/// It bets against the sampler. The stake, 1 at first, is multiplied at each draw of token i by
/// \f[ \frac{(\kappa p_i + c_i) / (\kappa + n)}{p_i}, \f]
/// how much likelier i is by the counts c of the n draws so far (with \f$ \kappa \f$ imaginary
/// draws as they should be) than it should be. For a correct sampler the mean of that factor is 1
/// whatever came before, so the stake is a nonnegative martingale, and by Ville's inequality it
/// ever reaches \f$ 1/\alpha \f$ with probability at most \f$ \alpha \f$. It is a mixture SPRT: the
/// likelihood ratio of a Dirichlet mixture about p. The stake is spread evenly over seven \f$
/// \kappa \f$, from 10 for gross errors to 10^7 for fine ones; a mean of martingales is a
/// martingale.
///
/// Sources: Ville, "Étude critique de la notion de collectif", 1939; Robbins, "Statistical methods
/// related to the law of the iterated logarithm", 1970; Lindon and Malek, "Anytime-valid inference
/// for multinomial count data", NeurIPS 2022.
class SequentialTest {
 public:
  /// `probabilities`, [vocab_size], is divided by its sum; what is not positive cannot be drawn.
  /// `false_alarm_rate` in (0, 1).
  explicit SequentialTest(std::span<const double> probabilities, double false_alarm_rate = 1e-3)
      : probabilities_(probabilities.begin(), probabilities.end()),
        counts_(probabilities.size()),
        false_alarm_rate_(false_alarm_rate) {
    double sum = 0;
    for (double& p : probabilities_) sum += p = p > 0 ? p : 0;
    for (double& p : probabilities_) p /= sum;
  }

  /// Takes note of one draw. Returns whether the sampler still passes.
  bool add(TokenId token) {
    const auto index = static_cast<std::size_t>(token);
    if (token < 0 || index >= probabilities_.size() || !(probabilities_[index] > 0)) {
      p_value_ = 0;  // proof: nothing can win it back
    } else {
      bet(probabilities_[index], static_cast<double>(counts_[index]));
      ++counts_[index];
    }
    ++draws_;
    return passed();
  }

  std::uint64_t draws() const { return draws_; }

  /// The least value so far of one over the stake: at most x with probability at most x, for a
  /// correct sampler, however the moment of asking was chosen. 0 after a draw outside of the
  /// support.
  double p_value() const { return p_value_; }

  double false_alarm_rate() const { return false_alarm_rate_; }

  /// Whether the sampler has not failed so far. Once failed, it stays failed.
  bool passed() const { return p_value_ > false_alarm_rate_; }

 private:
  static constexpr std::array<double, 7> kappas{1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};

  void bet(double p, double count) {
    const double n = static_cast<double>(draws_);
    double greatest = -1e300;
    for (std::size_t k = 0; k < kappas.size(); ++k) {
      log_stakes_[k] += std::log((kappas[k] + count / p) / (kappas[k] + n));
      greatest = std::max(greatest, log_stakes_[k]);
    }
    double sum = 0;
    for (const double log_stake : log_stakes_) sum += std::exp(log_stake - greatest);
    const double log_mean = greatest + std::log(sum / kappas.size());
    p_value_ = std::min(p_value_, std::exp(-log_mean));
  }

  std::vector<double> probabilities_;  // [vocab_size]
  std::vector<std::uint64_t> counts_;  // [vocab_size]
  std::array<double, 7>
      log_stakes_{};  // one for each kappa; what it would be had all been staked on it
  std::uint64_t draws_ = 0;
  double p_value_ = 1;
  double false_alarm_rate_;
};

/// What `sequential_test` found.
struct SequentialReport {
  std::uint64_t draws = 0;      ///< made before the test stopped
  double p_value = 1;           ///< `SequentialTest::p_value` when it did
  double false_alarm_rate = 0;  ///< no correct sampler fails more often
  bool passed() const { return p_value > false_alarm_rate; }
};

/// Draws, up to `most_draws` times, until the sampler fails or the draws are up.
///
/// `draw(i)` returns the token of the i-th draw, i = 0, 1, ...; draws must be independent.
template <class Draw>
SequentialReport sequential_test(std::span<const double> probabilities, Draw&& draw,
                                 std::uint64_t most_draws, double false_alarm_rate = 1e-3) {
  SequentialTest test(probabilities, false_alarm_rate);
  while (test.draws() < most_draws && test.add(draw(test.draws()))) {
  }
  return {test.draws(), test.p_value(), false_alarm_rate};
}

}  // namespace tamis::testing
