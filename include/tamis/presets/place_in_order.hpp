#pragma once

/// \file place_in_order.hpp
/// Where a policy stands in an order: its noise follows from the place.

#include <concepts>
#include <cstdint>

#include "../core/chain.hpp"
#include "../sampler.hpp"

namespace tamis {

/// The place of the first P of the order S, a Sampler, as the noise of its row knows it: the first policy has 1. The place
/// behind the last, if there is none.
template <class P, class S>
inline constexpr std::uint32_t place_in_order = 0;

template <class P, class... Ps>
inline constexpr std::uint32_t place_in_order<P, Sampler<Ps...>> = [] {
  std::uint32_t place = 1;
  bool found = false;
  ((found = found || std::same_as<P, Ps>, place += found ? 0 : detail::places_of(Ps{})), ...);
  return place;
}();

}  // namespace tamis
