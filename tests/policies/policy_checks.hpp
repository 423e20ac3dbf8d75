#pragma once

/// \file policy_checks.hpp
/// What the tests of policies say again and again.

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numeric>
#include <span>
#include <string>
#include <tamis/core/sequence.hpp>
#include <tamis/testing/laws.hpp>
#include <tamis/testing/rows.hpp>
#include <vector>

namespace tamis::testing {

/// Logits whose softmax is this.
inline std::vector<float> logits_of(std::initializer_list<float> probabilities) {
  std::vector<float> row;
  for (const float p : probabilities) row.push_back(std::log(p));
  return row;
}

/// What the policies leave of the row, given what is known of the sequence.
template <class... Ps>
Distribution left_by(std::span<const float> logits, Facts facts, Stream stream, Ps... policies) {
  team::Shared shared;
  team::RowOf row(team::Solo{}, shared, logits.data(), static_cast<int>(logits.size()), stream,
                  facts);
  return Sampler{policies...}.distribution(row);
}

/// The row as the policies leave it, given what is known of the sequence.
template <class... Ps>
std::vector<float> after(const Sequence& sequence, std::span<const float> logits, Ps... policies) {
  std::vector<float> left(logits.size(), masked);
  for (const auto& kept :
       left_by(logits, sequence.facts(), sequence.stream(), policies...).kept()) {
    left[static_cast<std::size_t>(kept.id)] = static_cast<float>(kept.logit);
  }
  return left;
}

/// The tokens that the policies leave.
template <class... Ps>
std::vector<TokenId> kept(std::span<const float> logits, Ps... policies) {
  std::vector<TokenId> ids;
  for (const auto& kept : left_by(logits, {}, {}, policies...).kept()) ids.push_back(kept.id);
  return ids;
}

/// Law: a transform leaves the tokens in their order; what was equal stays equal.
template <class P>
bool order_is_kept(const P& policy, std::span<const float> row) {
  const auto left = after(row, policy);
  std::vector<std::size_t> order(row.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return row[i]; });
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (left[order[i - 1]] > left[order[i]]) return false;
    if (row[order[i - 1]] == row[order[i]] && left[order[i - 1]] != left[order[i]]) return false;
  }
  return true;
}

/// Law: what is masked stays masked, and what a transform leaves is a number.
template <class P>
bool masked_stay_masked(const P& policy, std::span<const float> row) {
  const auto left = after(row, policy);
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (!(left[i] < -masked) || (row[i] == masked && left[i] != masked)) return false;
  }
  return true;
}

/// The first law that a truncation breaks on this row; nothing if it obeys them all.
template <Truncation P>
std::string broken_law(const P& policy, std::span<const float> row) {
  if (someone_stays(policy, row)) return "someone stays";
  if (logits_are_kept(policy, row)) return "logits are kept";
  if (idle_is_idle(policy, row)) return "idle is idle";
  if (is_exact(policy)) return "";  // it goes by ids where keys tie
  if (row.size() <= 1000 && equals_share_fate(policy, row)) return "equals share fate";
  if (names_do_not_matter(policy, row)) return "names do not matter";
  return "";
}

/// The first law that a transform breaks on this row.
template <Transform P>
std::string broken_law(const P& policy, std::span<const float> row) {
  if (!masked_stay_masked(policy, row)) return "masked stay masked";
  if (!order_is_kept(policy, row)) return "order is kept";
  if (idle_is_idle(policy, row)) return "idle is idle";
  if (names_do_not_matter(policy, row)) return "names do not matter";
  return "";
}

/// The first law that a policy breaks on the rows that find bugs, and on which; nothing if it obeys
/// them all.
template <class P>
std::string broken_law(const P& policy, std::size_t largest = 1000) {
  std::string broken;
  for_each_row(3, largest, [&](RowKind kind, const std::vector<float>& row) {
    if (!broken.empty()) return;
    const std::string law = broken_law(policy, std::span<const float>(row));
    if (!law.empty())
      broken = law + ", on " + std::string(name_of(kind)) + " of " + std::to_string(row.size());
  });
  return broken;
}

}  // namespace tamis::testing
