#pragma once

/// \file batch_invariance.hpp
/// Does a request draw the same token whoever shares its batch?

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "../core/philox.hpp"
#include "../core/types.hpp"

namespace tamis::testing {

/// One row of a batch: what the token drawn may depend on, and nothing else may.
struct DrawRequest {
  std::size_t row = 0;  ///< which row of logits, a name that the caller gives a meaning
  std::uint64_t seed = 0;
  std::uint64_t position = 0;  ///< how many tokens precede the one to be drawn
};

/// What `batch_invariance` found.
struct BatchInvarianceReport {
  std::uint64_t compared = 0;  ///< tokens drawn in batches
  std::uint64_t differing =
      0;                ///< those of them that were another token when their request was alone
  std::string example;  ///< the first of these, in words; empty if there is none
  double p_value = 1;   ///< 0 or 1: one that differs is proof
  double false_alarm_rate = 0;  ///< a correct sampler never fails
  bool passed() const { return differing == 0; }
};

/// Whether a request draws the same token alone and in batches: of all requests, in order, reversed
/// and shuffled; of 2, 3, 7 and 32 of them; and with each twice.
///
/// `draw_batch(requests)` takes a `std::span<const DrawRequest>` and returns the tokens of a batch
/// of just these rows, in this order, as a `std::vector<TokenId>` (of that size; a token missing
/// counts as differing). 50 requests whose rows are not nearly certain are plenty: a noise keyed by
/// the slot changes most tokens at once.
template <class DrawBatch>
BatchInvarianceReport batch_invariance(DrawBatch&& draw_batch,
                                       std::span<const DrawRequest> requests) {
  BatchInvarianceReport report;
  std::vector<TokenId> alone;
  for (const DrawRequest& request : requests) {
    const std::vector<TokenId> drawn = draw_batch(std::span<const DrawRequest>(&request, 1));
    alone.push_back(drawn.empty() ? -1 : drawn[0]);
  }

  const auto compare = [&](std::span<const std::size_t> who) {
    std::vector<DrawRequest> batch;
    for (const std::size_t index : who) batch.push_back(requests[index]);
    const std::vector<TokenId> drawn = draw_batch(std::span<const DrawRequest>(batch));
    for (std::size_t slot = 0; slot < who.size(); ++slot) {
      ++report.compared;
      if (slot < drawn.size() && drawn[slot] == alone[who[slot]]) continue;
      if (report.differing++ > 0) continue;
      report.example = "request " + std::to_string(who[slot]) + " drew token " +
                       std::to_string(alone[who[slot]]) + " alone and " +
                       (slot < drawn.size() ? "token " + std::to_string(drawn[slot]) : "none") +
                       " in slot " + std::to_string(slot) + " of a batch of " +
                       std::to_string(who.size());
    }
  };

  std::vector<std::size_t> order(requests.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  compare(order);
  std::reverse(order.begin(), order.end());
  compare(order);
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[philox(0, 0, i).word[0] % i]);
  compare(order);
  for (const std::size_t size : {2, 3, 7, 32})
    for (std::size_t begin = 0; begin < order.size(); begin += size)
      compare(std::span(order).subspan(begin, std::min(size, order.size() - begin)));
  std::vector<std::size_t> twice;
  for (const std::size_t index : order) twice.insert(twice.end(), 2, index);
  compare(twice);

  report.p_value = report.differing == 0 ? 1 : 0;
  return report;
}

}  // namespace tamis::testing
