#pragma once

/// \file sampler.hpp
/// The pipeline: logits -> transforms -> truncations -> draw -> token.

#include <cstddef>
#include <type_traits>
#include <utility>

#include "core/chain.hpp"
#include "core/policy.hpp"
#include "policies/multinomial.hpp"

namespace tamis {

namespace detail {

template <std::size_t I, class P>
struct Slot {
  P policy;
};

template <class Indices, class... Ps>
struct Slots;

template <std::size_t... Is, class... Ps>
struct Slots<std::index_sequence<Is...>, Ps...> : Slot<Is, Ps>... {
  template <bool Surprise, class E>
  TAMIS_HD constexpr auto draw_from(E& row_of) const {
    if constexpr ((Draw<Ps> || ...)) {
      return run<Surprise>(row_of, Raw{}, 1u, static_cast<const Slot<Is, Ps>&>(*this).policy...);
    } else {
      return run<Surprise>(row_of, Raw{}, 1u, static_cast<const Slot<Is, Ps>&>(*this).policy..., Multinomial{});
    }
  }

  constexpr void observe(const Choice& choice) { (tell(static_cast<Slot<Is, Ps>&>(*this).policy, choice), ...); }

 private:
  template <class P>
  static constexpr void tell(P& policy, const Choice& choice) {
    if constexpr (Observer<P>) policy.observe(choice);
  }
};

}  // namespace detail

/// Policies composed at compile time, applied from left to right.
///
///     Sampler sampler{RepetitionPenalty{1.1f}, Temperature{0.8f}, TopK{50}, TopP{0.95f}};
///     TokenId next = sampler(row).token;
///
/// The order written is the order applied: each policy sees the distribution that those before it
/// have left. Without a draw at the end, Multinomial is meant. A sampler is a value: it is as large
/// as its parameters, trivially copyable, and without heap; a batch with a sampler per row is an
/// array of them.
template <class... Ps>
class Sampler : detail::Slots<std::index_sequence_for<Ps...>, Ps...> {
  static_assert((detail::check_policy<Ps>::value && ...));
  static_assert(detail::only_the_last_draws<Ps...>(),
                "tamis: a draw ends the chain; nothing may follow it");
  using Slots = detail::Slots<std::index_sequence_for<Ps...>, Ps...>;

 public:
  constexpr Sampler(Ps... ps) : Slots{{ps}...} {}

  /// Draws one token from the row that the executor holds.
  template <RowExecutor E>
  TAMIS_HD constexpr auto operator()(E& row_of) const
    requires(!(Observer<Ps> || ...))
  {
    return Slots::template draw_from<false>(row_of);
  }

  /// As above; then lets the policies that learn see the choice.
  template <RowExecutor E>
  TAMIS_HD constexpr auto operator()(E& row_of)
    requires(Observer<Ps> || ...)
  {
    const auto choice = Slots::template draw_from<true>(row_of);
    Slots::observe(choice);
    return choice;
  }
};

template <class... Ps>  // clang before 17 has no deduction for aggregates; g++ does not mind
Sampler(Ps...) -> Sampler<Ps...>;

}  // namespace tamis
