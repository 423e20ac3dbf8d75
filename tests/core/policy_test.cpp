#include <tamis/core/policy.hpp>
#include <tamis/policies/frequency_penalty.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/min_p.hpp>
#include <tamis/policies/multinomial.hpp>
#include <tamis/policies/push.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_h.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_n_sigma.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/policies/typical_p.hpp>

#include "catch.hpp"

using namespace tamis;

// A type is a policy by its members, and of one kind.
static_assert(Transform<Temperature> && !Truncation<Temperature> && !Draw<Temperature>);
static_assert(Penalty<FrequencyPenalty> && Edit<Push> && Composite<TopH>);
static_assert(Truncation<TopK> && Truncation<TopP> && Truncation<MinP> && !Transform<MinP>);
static_assert(Draw<Greedy> && Draw<Multinomial> && HasPoint<Multinomial> && HasScore<Greedy>);
static_assert(Proportional<Multinomial> && !Proportional<Greedy>);
static_assert(Policy<TopP> && !Policy<int>);

// The compiler knows what each policy asks of the row, and so which passes a backend makes.
static_assert(detail::needs_of<TopK>() == nothing);
static_assert(detail::needs_of<MinP>() == need_max);
static_assert(detail::needs_of<TopP>() == (need_max | need_total));
static_assert(detail::needs_of<TypicalP>() == (need_max | need_total | need_heat));
static_assert(detail::needs_of<TopNSigma>() == (need_max | need_spread));

TEST_CASE("A policy that says nothing about it is never idle and never binds ties") {
  CHECK_FALSE(is_idle(Temperature{1.0f}));
  CHECK(is_idle(TopP{1.0f}));
  CHECK_FALSE(is_exact(TopP{0.5f}));
  CHECK(is_exact(TopK{5, Ties::least_id}));
}
