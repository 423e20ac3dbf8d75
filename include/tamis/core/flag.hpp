#pragma once

#include "../config.hpp"

namespace tamis {

/// A model of probe::Mask: a bool that is joined with & and |, as registers are, without a warning.
struct Flag {
  bool value = false;

  constexpr Flag() = default;
  TAMIS_INLINE constexpr Flag(bool x) : value(x) {}
  TAMIS_INLINE constexpr explicit operator bool() const { return value; }

  TAMIS_INLINE friend constexpr Flag operator&(Flag a, Flag b) { return a.value && b.value; }
  TAMIS_INLINE friend constexpr Flag operator|(Flag a, Flag b) { return a.value || b.value; }
  TAMIS_INLINE friend constexpr Flag operator!(Flag a) { return !a.value; }
};

}  // namespace tamis
