#pragma once

/// \file sampler.hpp
/// The pipeline: logits -> transforms -> truncations -> draw -> token.

#include <cstddef>
#include <type_traits>
#include <utility>

#include "core/chain.hpp"
#include "core/distribution.hpp"
#include "core/math.hpp"
#include "core/policy.hpp"
#include "core/types.hpp"
#include "policies/multinomial.hpp"

namespace tamis {

namespace detail {

template <std::size_t I, class P>
struct Slot {
  P policy;
};

/// A draw that takes one token for certain: for what it is to the row.
struct Recall {
  TokenId token = 0;
  TAMIS_INLINE constexpr auto score(const auto& at) const {
    return select(at.id() == static_cast<float>(token), 0.0f, masked);
  }
};

/// Holds the policies by index, so that one type may occur twice.
template <class Indices, class... Ps>
struct Slots;

template <std::size_t... Is, class... Ps>
struct Slots<std::index_sequence<Is...>, Ps...> : Slot<Is, Ps>... {
  static constexpr bool draws = (Draw<Ps> || ...);

  template <bool Surprise, class E>
  TAMIS_HD constexpr choice_of_t<E> draw_from(E& row_of) const {
    if constexpr (draws) return run<Surprise>(row_of, Raw{}, 1u, get<Is>()...);
    else return run<Surprise>(row_of, Raw{}, 1u, get<Is>()..., Multinomial{});
  }

  /// Runs the policies but for the draw, and hands what is left to the sink.
  template <class E, class Sink>
  constexpr void collect_from(E& row_of, Sink& sink) const {
    run<false>(row_of, Raw{}, 1u, before_the_draw<Is>()..., Collect<Sink>{&sink});
  }

  /// Whether a policy learns, and is not idle.
  constexpr bool learning() const { return (learning_now(get<Is>()) || ...); }

  /// Tells the last policy first: what a token was to a policy is asked of those before it, as they were.
  template <class E>
  TAMIS_HD constexpr void observe(E& row_of, const Choice& choice) {
    (tell<sizeof...(Is) - 1 - Is>(row_of, choice), ...);
  }

 private:
  /// What stands for a draw where nothing is drawn.
  struct Aside {
    constexpr auto logit(const auto& at) const { return at.logit(); }
    constexpr bool idle() const { return true; }
  };

  template <class P>
  static constexpr bool learning_now(const P& policy) {
    return Observer<P> && !is_idle(policy);
  }
  template <std::size_t I>
  constexpr const auto& get() const {
    return slot<I>(*this).policy;
  }
  template <std::size_t I, class P>
  static constexpr const Slot<I, P>& slot(const Slot<I, P>& s) {
    return s;
  }
  template <std::size_t I>
  constexpr auto before_the_draw() const {
    using P = std::remove_cvref_t<decltype(get<I>())>;
    if constexpr (Draw<P>) return Aside{};
    else return get<I>();
  }
  template <std::size_t I, class P>
  static constexpr P& policy_of(Slot<I, P>& s) {
    return s.policy;
  }
  template <std::size_t I, class E>
  TAMIS_HD constexpr void tell(E& row_of, const Choice& choice) {
    auto& policy = policy_of<I>(*this);
    using P = std::remove_cvref_t<decltype(policy)>;
    if constexpr (LooksBack<P>) {
      if (is_idle(policy)) return;
      policy.observe(choice, before<I>(row_of, choice.token, std::make_index_sequence<I>()));
    } else if constexpr (Observer<P>) {
      policy.observe(choice);
    }
  }

  /// The token in the row that reaches the policy at this place.
  template <std::size_t I, class E, std::size_t... Before>
  TAMIS_HD constexpr Choice before(E& row_of, TokenId token, std::index_sequence<Before...>) const {
    return run<true>(row_of, Raw{}, 1u, get<Before>()..., Recall{token});
  }
};

/// A choice without a token, if the row was not fit to draw from.
template <class E>
TAMIS_HD constexpr choice_of_t<E> checked(E& row_of, choice_of_t<E> choice) {
  if constexpr (std::same_as<choice_of_t<E>, Choice>) {
    const Fault fault = row_of.fault();
    if (fault != Fault::none) return {.fault = fault};
    if (choice.token < 0) return {.fault = Fault::all_masked};
    return choice;
  } else {
    return row_of.checked(choice);
  }
}

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
///
/// A row with a NaN or with nothing left to draw gives no token but a fault: see Choice.
template <class... Ps>
class Sampler : detail::Slots<std::index_sequence_for<Ps...>, Ps...> {
  static_assert((detail::check_policy<Ps>::value && ...));
  static_assert(detail::only_the_last_draws<Ps...>(),
                "tamis: a draw ends the chain; nothing may follow it");
  using Slots = detail::Slots<std::index_sequence_for<Ps...>, Ps...>;
  static constexpr bool learns = (Observer<Ps> || ...);
  static constexpr bool proportional = !Slots::draws || (Proportional<Ps> || ...);

 public:
  constexpr Sampler(Ps... ps) : Slots{{ps}...} {}

  /// Draws one token from the row that the executor holds, or one from each of its rows.
  template <RowExecutor E>
  TAMIS_HD constexpr detail::choice_of_t<E> operator()(E& row_of) const
    requires(!learns)
  {
    return detail::checked(row_of, Slots::template draw_from<false>(row_of));
  }

  /// As above; then lets the policies that learn see the choice. Of many rows it draws only while all of these are
  /// idle: what one has learned is of one request.
  template <RowExecutor E>
  TAMIS_HD constexpr detail::choice_of_t<E> operator()(E& row_of)
    requires(learns)
  {
    const auto choice = detail::checked(row_of, Slots::template draw_from<true>(row_of));
    if constexpr (std::same_as<detail::choice_of_t<E>, Choice>) {
      if (choice.fault == Fault::none) Slots::observe(row_of, choice);
    } else if (learning()) {
      const Choice only = choice;
      if (only.fault == Fault::none) Slots::observe(row_of, only);
    }
    return choice;
  }

  /// As above, and the surprise of the token is known whatever the draw.
  template <RowExecutor E>
  TAMIS_HD constexpr Choice with_surprise(E& row_of) {
    const Choice choice = detail::checked(row_of, Slots::template draw_from<true>(row_of));
    if constexpr (learns) {
      if (choice.fault == Fault::none) Slots::observe(row_of, choice);
    }
    return choice;
  }

  /// Whether the next choice will be learned from.
  constexpr bool learning() const { return Slots::learning(); }

  /// Lets the policies that learn see a token of this row that was chosen otherwise, with its surprise.
  template <RowExecutor E>
  TAMIS_HD constexpr void observe(E& row_of, const Choice& choice)
    requires(learns)
  {
    Slots::observe(row_of, choice);
  }

  /// What the sampler draws from: the tokens its policies keep of this row, and their probabilities. A
  /// draw that is certain, such as Greedy, leaves one token.
  template <RowExecutor E>
  Distribution distribution(E& row_of) const {
    Distribution all;
    if constexpr (proportional) {
      auto sink = [&](TokenId id, double logit) { all.add(id, logit); };
      Slots::collect_from(row_of, sink);
    } else {
      const Choice choice = Slots::template draw_from<false>(row_of);
      if (choice.token >= 0) all.add(choice.token, choice.logit);
    }
    all.complete(row_of.fault());
    return all;
  }

  /// Calls sink(id, logit) for each token that the policies keep, ids ascending, with its logit after
  /// them; a draw at the end is left out. Says what is wrong with the row, if something is.
  template <RowExecutor E, class Sink>
  constexpr auto collect(E& row_of, Sink&& sink) const {
    Slots::collect_from(row_of, sink);
    return row_of.fault();
  }
};

template <class... Ps>  // clang before 17 has no deduction for aggregates; g++ does not mind
Sampler(Ps...) -> Sampler<Ps...>;

/// Without policies: the model's own distribution, for log-probabilities before any policy.
template <>
class Sampler<> : public Sampler<Multinomial> {
 public:
  constexpr Sampler() : Sampler<Multinomial>(Multinomial{}) {}
};

}  // namespace tamis
