#pragma once

/// \file random_policy.hpp
/// A policy at random, with random parameters; as JSON; and a policy next to it.

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <tamis/presets/any_policy.hpp>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "parameters.hpp"
#include "testing/samplers.hpp"

namespace chains {

using samplers::Random;

template <class Policies>
inline constexpr bool all_described = false;
template <class... Ps>
inline constexpr bool all_described<std::variant<Ps...>> = (Described<Ps> && ...);
static_assert(all_described<AnyPolicy>,
              "a policy of AnyPolicy has no name_and_parameters in tests/chains/parameters.hpp");

/// The policy of the variant with this index.
template <std::size_t I = 0>
AnyPolicy policy_at(std::size_t index) {
  if constexpr (I < std::variant_size_v<AnyPolicy>) {
    return index == I ? AnyPolicy(std::in_place_index<I>) : policy_at<I + 1>(index);
  } else {
    return {};
  }
}

inline bool is_draw(const AnyPolicy& policy) {
  return std::visit([](const auto& p) { return Draw<std::remove_cvref_t<decltype(p)>>; }, policy);
}

/// Which policies of the variant draw, or which do not.
inline std::vector<std::size_t> indices_of(bool draws) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < std::variant_size_v<AnyPolicy>; ++i)
    if (is_draw(policy_at(i)) == draws) found.push_back(i);
  return found;
}

/// One in eight neutral, one in four at an end, the others between: evenly, or with many small
/// ones.
inline double value_of(Values values, Random& random) {
  switch (random.bits() % 8) {
    case 0:
      return values.neutral;
    case 1:
      return random.bits() % 2 ? values.low : values.high;
    case 2:
    case 3:
    case 4:
      return values.low + (values.high - values.low) * std::pow(10, -4 * random.uniform());
    default:
      return values.low + (values.high - values.low) * random.uniform();
  }
}

/// Random parameters for a policy.
inline void randomize(AnyPolicy& policy, Random& random) {
  std::visit(
      [&](auto& p) {
        name_and_parameters(p, [&](std::string_view, auto& parameter, auto values) {
          using T = std::remove_cvref_t<decltype(parameter)>;
          if constexpr (std::is_same_v<decltype(values), Words>) {
            parameter = static_cast<T>(random.bits() % 2);
          } else {
            parameter = static_cast<T>(value_of(values, random));
          }
        });
      },
      policy);
}

/// The policy with each of its numbers moved by up to a millionth of itself, but where that would
/// make something of nothing: neutral values stay, and so do those at an end.
inline void nudge(AnyPolicy& policy, Random& random, double most = 1e-6) {
  std::visit(
      [&](auto& p) {
        name_and_parameters(p, [&](std::string_view, auto& parameter, auto values) {
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(parameter)>, float>) {
            const double x = parameter;
            if (x == values.neutral || x == values.low || x == values.high) return;
            parameter = static_cast<float>(x * (1 + most * (2 * random.uniform() - 1)));
          }
        });
      },
      policy);
}

inline std::string_view name_of(AnyPolicy policy) {
  return std::visit([](auto& p) { return name_and_parameters(p, [](auto&&...) {}); }, policy);
}

/// The chain as JSON, in the words of tests/golden/README.md where that has them.
inline std::string json_of(const std::vector<AnyPolicy>& chain) {
  std::string text = "[";
  for (AnyPolicy policy : chain) {
    if (text.size() > 1) text += ", ";
    text += "{\"type\": \"" + std::string(name_of(policy)) + '"';
    const auto add = [&](std::string_view name, auto& parameter, auto values) {
      text += ", \"" + std::string(name) + "\": ";
      if constexpr (std::is_same_v<decltype(values), Words>) {
        const bool second = static_cast<int>(parameter) != 0;
        text += '"' + std::string(second ? values.second : values.first) + '"';
      } else {
        char number[32];
        std::snprintf(number, sizeof number, "%.9g", static_cast<double>(parameter));
        text += number;
      }
    };
    std::visit([&](auto& p) { name_and_parameters(p, add); }, policy);
    text += '}';
  }
  return text + ']';
}

}  // namespace chains
