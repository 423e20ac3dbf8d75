#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace tamis {

/// Makes each of `caches` go on from another: afterwards caches[i] is what caches[parents[i]] was,
/// and there are as many caches as parents. A parent's last child takes it over; only the others
/// are copies, made into caches that nobody goes on from, whose memory they can reuse. Each parent
/// is the index of a cache.
template <class C>
void reorder(std::vector<C>& caches, std::span<const int> parents) {
  static_assert(std::copyable<C>,
                "tamis: a cache with two children is copied, and this type of cache cannot be; "
                "give the model one that is a value, such as PagedKvCache");
  if constexpr (std::copyable<C>) {
    std::vector<std::size_t> children(caches.size());
    for (const int parent : parents) ++children[static_cast<std::size_t>(parent)];
    std::vector<std::size_t> unused;
    for (std::size_t i = 0; i < caches.size(); ++i)
      if (children[i] == 0) unused.push_back(i);

    std::vector<C> next;
    next.reserve(parents.size());
    for (const int index : parents) {
      C& parent = caches[static_cast<std::size_t>(index)];
      if (--children[static_cast<std::size_t>(index)] == 0) {
        next.push_back(std::move(parent));
      } else if (unused.empty()) {
        next.push_back(parent);
      } else {
        C& free = caches[unused.back()];
        unused.pop_back();
        free = parent;
        next.push_back(std::move(free));
      }
    }
    caches = std::move(next);
  }
}

}  // namespace tamis
