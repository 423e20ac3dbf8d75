#pragma once

#include <cstdint>

namespace tamis::team {

/// A number that tells the types apart, and is not 0: what a row has found out is of one map and one key.
template <class... Ts>
consteval std::uint64_t tag_of() {
  std::uint64_t hash = 14695981039346656037u;
  for (const char* c = __PRETTY_FUNCTION__; *c; ++c) hash = (hash ^ static_cast<unsigned char>(*c)) * 1099511628211u;
  return hash | 1u;
}

}  // namespace tamis::team
