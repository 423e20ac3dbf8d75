#pragma once

/// \file kv_cache_kind.hpp
/// The kinds of caches, by name.

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "../core/result.hpp"

namespace tamis {

/// ContiguousKvCache, PagedKvCache, WindowKvCache and QuantizedKvCache.
enum class KvCacheKind { contiguous, paged, window, int8 };

inline constexpr std::array<std::string_view, 4> kv_cache_names{"contiguous", "paged", "window",
                                                                "int8"};

constexpr std::string_view name_of(KvCacheKind kind) {
  return kv_cache_names[static_cast<std::size_t>(kind)];
}

/// The kind of that name.
inline Result<KvCacheKind> kv_cache_kind(std::string_view name) {
  const auto found = std::find(kv_cache_names.begin(), kv_cache_names.end(), name);
  if (found != kv_cache_names.end())
    return static_cast<KvCacheKind>(found - kv_cache_names.begin());
  return Error{"there is no KV cache '" + std::string(name) +
               "'; there are contiguous, paged, window and int8"};
}

}  // namespace tamis
