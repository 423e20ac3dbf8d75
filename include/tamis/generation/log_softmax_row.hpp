#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "../backends/row_of.hpp"
#include "../core/chain.hpp"
#include "../core/types.hpp"

namespace tamis {

/// Writes the log-softmax of the logits, [V], to `to`: the log-probabilities, in nats. Masked stays
/// masked. A fault, and nothing of use in `to`, if a logit is NaN or plus infinity or all are
/// masked.
inline Fault log_softmax_row(std::span<const float> logits, std::vector<float>& to) {
  auto row = row_of(logits, Stream{});
  const auto sums = row.template survey<need_max | need_total>(detail::Raw{}, 0);
  if (row.fault() != Fault::none) return row.fault();
  const float top = sums.max().value;
  if (top == masked) return Fault::all_masked;
  const float log_total = sums.surprise(sums.max()).value;
  to.resize(logits.size());
  for (std::size_t i = 0; i < logits.size(); ++i) to[i] = (logits[i] - top) - log_total;
  return Fault::none;
}

}  // namespace tamis
