/// \file dry.cpp
/// DRY over 64 tokens of history, then the likeliest token: the source is asked anew at each step.

#include <tamis/policies/greedy.hpp>
#include <tamis/policies/push.hpp>
#include <tamis/sources/dry.hpp>

#include "step.hpp"

namespace tamis::bench {
namespace {

const int registered = [] {
  add_chain("dry", Shape::synthetic, [](int vocab_size) {
    Sequence sequence;
    for (const TokenId id : history(vocab_size, 64)) sequence.append(id);
    Dry dry({.multiplier = 0.8f, .window = 64});
    const Sampler sampler{Push{}, Greedy{}};
    return [=](std::span<const float> logits, std::uint64_t position) mutable {
      sequence.clear_passing();
      dry.push(sequence);
      simd::RowOf row(logits, Stream{1, position}, sequence.facts());
      return sampler(row).token;
    };
  });
  return 0;
}();

}  // namespace
}  // namespace tamis::bench
