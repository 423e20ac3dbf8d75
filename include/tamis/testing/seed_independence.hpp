#pragma once

/// \file seed_independence.hpp
/// Are draws at neighbouring seeds and positions independent?

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "../core/types.hpp"
#include "chi_squared_distribution.hpp"

namespace tamis::testing {

/// Two places, relative to a seed s and a position p, whose draws must have nothing to do with each
/// other.
struct SeedPairing {
  std::string_view name;
  std::uint64_t first_seed, first_position, second_seed, second_position;  ///< added to s and p
};

/// The neighbours at which samplers are known to fail.
inline constexpr std::array<SeedPairing, 4> seed_pairings{{
    {"seeds s and s + 1", 0, 0, 1, 0},              // the seed is the state of a weak generator
    {"positions p and p + 1", 0, 0, 0, 1},          // the position is ignored, or likewise
    {"(s, p + 1) and (s + 1, p)", 0, 1, 1, 0},      // the noise is a function of s + p
    {"seeds s and s + 2^32", 0, 0, 1ull << 32, 0},  // the seed is cut to 32 bits
}};

/// What `seed_independence` found.
struct SeedIndependenceReport {
  std::uint64_t pairs = 0;  ///< looked at for each pairing
  std::size_t groups =
      0;  ///< of tokens, that a draw was sorted into; below 2 there is nothing to compare
  std::string_view worst;       ///< the pairing with the least p-value
  double p_value = 1;           ///< of the worst, times the number of pairings (Bonferroni)
  double false_alarm_rate = 0;  ///< the probability, asked for, of failing a correct sampler
  bool passed() const { return p_value >= false_alarm_rate; }
};

namespace detail {

/// The group of each token, [vocab_size]: neighbours by id, of about equal mass, at most `most`. By
/// id because many samplers invert the distribution function in that order, where correlated noise
/// gives neighbouring tokens.
inline std::vector<std::size_t> groups_of_tokens(std::span<const double> probabilities,
                                                 std::size_t most) {
  double sum = 0;
  for (const double p : probabilities) sum += p > 0 ? p : 0;
  std::vector<std::size_t> group(probabilities.size());
  std::size_t current = 0;
  double mass = 0, left = sum;
  for (std::size_t token = 0; token < probabilities.size(); ++token) {
    group[token] = current;
    const double p = probabilities[token] > 0 ? probabilities[token] : 0;
    mass += p;
    left -= p;
    if (mass * static_cast<double>(most) < sum || left * static_cast<double>(most) < sum) continue;
    ++current;
    mass = 0;
  }
  return group;
}

/// The p-value of Pearson's test that row and column of a table [groups, groups] of counts are
/// independent.
inline double independence_p_value(const std::vector<std::uint64_t>& table, std::size_t groups) {
  std::vector<double> row(groups), column(groups);
  double total = 0;
  for (std::size_t i = 0; i < groups * groups; ++i) {
    const double count = static_cast<double>(table[i]);
    row[i / groups] += count;
    column[i % groups] += count;
    total += count;
  }
  double statistic = 0;
  for (std::size_t i = 0; i < groups * groups; ++i) {
    const double expected = row[i / groups] * column[i % groups] / total;
    const double deviation = static_cast<double>(table[i]) - expected;
    if (expected > 0) statistic += deviation * deviation / expected;
  }
  const auto used = [](const std::vector<double>& margin) {
    return static_cast<double>(margin.size()) -
           static_cast<double>(std::count(margin.begin(), margin.end(), 0.0));
  };
  return chi_squared_tail(statistic,
                          std::max(0.0, used(row) - 1) * std::max(0.0, used(column) - 1));
}

}  // namespace detail

/// Whether draws from one distribution at neighbouring seeds and positions are independent: for
/// each pairing, Pearson's chi-squared test of a contingency table of up to 8 by 8 groups of
/// tokens.
///
/// `draw(seed, position)` returns the token that a request with this seed draws from the same row
/// of logits when `position` tokens precede it; `probabilities`, [vocab_size], is the distribution
/// of that row, wanted only to form groups of about equal mass (a row where one token has nearly
/// all of it shows nothing). 2 * pairs draws are made for each pairing, from `first_seed` on, no
/// draw in two pairs of one pairing.
///
/// Not found: dependence at other distances, or within groups.
template <class Draw>
SeedIndependenceReport seed_independence(Draw&& draw, std::span<const double> probabilities,
                                         std::uint64_t pairs = 5000, double false_alarm_rate = 1e-3,
                                         std::uint64_t first_seed = 0,
                                         std::span<const SeedPairing> pairings = seed_pairings) {
  const double cell_minimum =
      10;  // draws expected in each cell of the table, so that the limit is near
  std::size_t most_groups = 8;
  while (most_groups > 2 &&
         static_cast<double>(pairs) < cell_minimum * static_cast<double>(most_groups * most_groups))
    --most_groups;
  const auto group = detail::groups_of_tokens(probabilities, most_groups);

  SeedIndependenceReport report;
  report.pairs = pairs;
  report.groups = group.empty() ? 0 : group.back() + 1;
  report.false_alarm_rate = false_alarm_rate;
  const auto group_of = [&](TokenId token) {
    const auto index = static_cast<std::size_t>(token);
    return token < 0 || index >= group.size() ? std::size_t{0} : group[index];
  };
  for (const SeedPairing& pairing : pairings) {
    std::vector<std::uint64_t> table(report.groups * report.groups);
    for (std::uint64_t i = 0; i < pairs && report.groups > 1; ++i) {
      const std::uint64_t seed = first_seed + 2 * i, position = 2 * (i % 64);
      const TokenId first = draw(seed + pairing.first_seed, position + pairing.first_position);
      const TokenId second = draw(seed + pairing.second_seed, position + pairing.second_position);
      ++table[group_of(first) * report.groups + group_of(second)];
    }
    const double p_value =
        report.groups > 1 ? detail::independence_p_value(table, report.groups) : 1;
    const double corrected = std::min(1.0, p_value * static_cast<double>(pairings.size()));
    if (!report.worst.empty() && corrected >= report.p_value) continue;
    report.p_value = corrected;
    report.worst = pairing.name;
  }
  return report;
}

}  // namespace tamis::testing
