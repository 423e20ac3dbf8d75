#pragma once

/// \file nearest_name.hpp
/// Which known name was meant by one that is not known.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tamis {

namespace detail {

/// A name without what people vary: case, '_', '-' and '.'.
inline std::string bare_name(std::string_view name) {
  std::string bare;
  for (const char c : name) {
    if (c == '_' || c == '-' || c == '.') continue;
    bare += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return bare;
}

/// How many letters must be put in, left out, replaced, or swapped with their neighbour, to turn
/// `a` into `b` (the optimal string alignment distance).
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace detail

/// The name among `known` that `name` most likely stands for: the one with the least edit distance,
/// the first of several; none if even that one differs in more than a third of its letters. Case
/// and separators do not count: `topK` and `top-k` are at no distance from `top_k`.
template <class Names>
std::optional<std::string_view> nearest_name(std::string_view name, const Names& known) {
  constexpr std::size_t longest =
      64;  // of the names that the library knows; no name is near to a longer one
  const std::string bare = detail::bare_name(name.substr(0, 2 * longest));
  std::optional<std::string_view> nearest;
  std::size_t least = longest;
  for (const std::string_view candidate : known) {
    const std::string other = detail::bare_name(candidate);
    const std::size_t distance = detail::edit_distance(bare, other);
    const std::size_t allowed = std::max<std::size_t>(1, std::max(bare.size(), other.size()) / 3);
    if (distance <= allowed && distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

/// "; did you mean 'top_k'?" if a known name is near to `name`, else nothing: the end of a sentence
/// that refuses an unknown name.
template <class Names>
std::string did_you_mean(std::string_view name, const Names& known) {
  const auto nearest = nearest_name(name, known);
  return nearest ? "; did you mean '" + std::string(*nearest) + "'?" : std::string();
}

}  // namespace tamis
