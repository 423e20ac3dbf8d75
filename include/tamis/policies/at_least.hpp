#pragma once

namespace tamis {

/// AtLeast<P>: the truncation P, but the first `n` tokens of its order stay in any case.
///
/// Neutral: `n <= 1`. Source: `min_tokens_to_keep` of HF, `min_keep` of llama.cpp.
template <class P>
struct AtLeast : P {
  static_assert(!requires(const P p) { p.steps(); },
                "tamis: AtLeast is for one truncation, and this policy stands for several; put it into its steps");

  unsigned n = 1;

  constexpr AtLeast(P policy, unsigned count) : P(policy), n(count) {}
  constexpr AtLeast() = default;
  constexpr unsigned at_least() const { return n; }
};

}  // namespace tamis
