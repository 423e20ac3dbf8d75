#include <cstdio>
#include <map>
#include <string>
#include <tamis/testing/laws.hpp>
#include <tamis/testing/rows.hpp>

#include "catch.hpp"
#include "policies/policy_checks.hpp"
#include "random_policy.hpp"

using namespace tamis;
using namespace tamis::testing;
using chains::Random;

namespace {

/// Which tokens a policy keeps, or what it makes of them, may follow from their ids.
template <class P>
bool knows_names(const P& policy) {
  return std::same_as<P, Greedy> || std::same_as<P, GreenList> || is_exact(policy);
}

/// Its cut does not move when the tokens below it go.
template <class P>
constexpr bool cuts_once = std::same_as<P, TopK> || std::same_as<P, MinP> ||
                           std::same_as<P, EpsilonCutoff> || std::same_as<P, Mirostat>;

/// Law: the tokens kept are the front of the order.
template <Truncation P>
int front_is_kept(const P& policy, std::span<const float> row) {
  const auto left = after(row, policy);
  float least = greatest, most = masked;  // kept, dropped
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (left[i] > masked)
      least = std::min(least, row[i]);
    else
      most = std::max(most, row[i]);
  }
  return least < most;
}

/// The first law that a policy breaks on this row; nothing if it obeys all that apply to it.
template <class P>
std::string broken_law_of(const P& policy, const std::vector<float>& row) {
  if (idle_is_idle(policy, row)) return "idle is idle";
  if (!knows_names(policy) && names_do_not_matter(policy, row)) return "names do not matter";
  if (!masked_stay_masked(policy, row))
    return "what is masked stays masked, and the rest is finite or masked";
  if constexpr (Truncation<P>) {
    if (someone_stays(policy, row)) return "someone stays";
    if (logits_are_kept(policy, row)) return "logits are kept";
    if (!is_exact(policy) && equals_share_fate(policy, row)) return "equals share fate";
    if (!(HasPlainKey<P> || HasRowKey<P>)) {
      if (front_is_kept(policy, row)) return "the front is kept";
    }
  }
  if constexpr (Penalty<P> || Edit<P>) {
    if (!std::ranges::equal(after(row, policy), row))
      return "a token of which nothing is known keeps its logit";
  }
  if constexpr (cuts_once<P>) {
    const auto once = after(row, policy);
    if (after(once, policy) != once) return "twice is once";
  }
  return "";
}

/// Up to 40 logits of any kind that leaves a token to draw; there are ties among most.
std::vector<float> row_of(Random& random) {
  auto row =
      make_row(row_kinds[random.bits() % row_kinds.size()], random.bits(), 1 + random.bits() % 40);
  for (std::uint64_t n = random.bits() % 8; n > 0; --n)
    row[random.bits() % row.size()] = row[random.bits() % row.size()];
  return row;
}

}  // namespace

TEST_CASE(
    "Every policy obeys its laws, with 20,000 random parameters each, on as many random rows") {
  std::uint64_t idle = 0;
  for (std::size_t kind = 0; kind < std::variant_size_v<AnyPolicy>; ++kind) {
    Random random{kind};
    for (int i = 0; i < 20'000; ++i) {
      AnyPolicy policy = chains::policy_at(kind);
      chains::randomize(policy, random);
      const auto row = row_of(random);
      if (std::ranges::count_if(row, [](float z) { return z > masked; }) == 0)
        continue;  // the copies were all masked
      const std::string broken =
          std::visit([&](const auto& p) { return broken_law_of(p, row); }, policy);
      idle += std::visit([](const auto& p) { return is_idle(p); }, policy);
      if (broken.empty()) continue;
      std::string text;
      for (const float z : row) {
        char number[32];
        std::snprintf(number, sizeof number, "%.9g ", z);
        text += number;
      }
      FAIL_CHECK(broken << ": " << chains::json_of({policy}) << " on " << text);
      break;  // one of a kind is enough
    }
  }
  CHECK(idle > 25000);
}
