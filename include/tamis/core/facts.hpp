#pragma once

/// \file facts.hpp
/// What is known of a sequence besides its logits, as a row's backend reads it.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "types.hpp"

namespace tamis {

/// How many lists of pushes a source may address besides the bias; see policies/push.hpp.
inline constexpr int push_slots = 3;

/// A token that is in the sequence, or that a source speaks of.
struct Occurrence {
  TokenId id = 0;
  std::uint32_t output = 0;                ///< how often it was generated
  std::uint32_t prompt = 0;                ///< how often it occurs in the prompt
  float bias = 0;                          ///< added to its logit before any policy; minus infinity bans
  std::array<float, push_slots> push = {};  ///< what the policies Push, ScaledPush, Forced read

  friend constexpr bool operator==(const Occurrence&, const Occurrence&) = default;
};

/// Where in a list, ids ascending, the first stands whose id is not less; the size, if there is none.
constexpr std::size_t place_of(std::span<const Occurrence> few, TokenId id) {
  std::size_t from = 0, to = few.size();
  while (from < to) {
    const std::size_t middle = (from + to) / 2;
    if (few[middle].id < id) from = middle + 1;
    else to = middle;
  }
  return from;
}

/// What holds of few tokens is a list of these few, by id; what may hold of all is an array over the
/// vocabulary. Empty and null say the plain thing: never occurred, everything allowed, no bias.
struct Facts {
  std::span<const Occurrence> few = {};    ///< ids ascending, each once
  const std::uint32_t* allowed = nullptr;  ///< one bit a token: may it come next? From a guide.
  const float* bias = nullptr;             ///< added to the logits, [V]

  /// What is listed of a token; nothing, if it is not.
  constexpr Occurrence of(TokenId id) const {
    const std::size_t at = place_of(few, id);
    return at < few.size() && few[at].id == id ? few[at] : Occurrence{id, 0, 0, 0, {}};
  }
  constexpr bool allows(TokenId id) const { return !allowed || (allowed[id / 32] >> (id % 32) & 1u); }
};

}  // namespace tamis
