#pragma once

/// \file push_all.hpp
/// What all sources of a request say together.

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include "../core/sequence.hpp"
#include "../core/types.hpp"
#include "../sources/source.hpp"

namespace tamis {

namespace detail {

/// Calls f with each source of a tuple, each of a range, or the one source.
template <class Sources, class F>
void for_each_source(Sources& sources, F&& f) {
  if constexpr (Source<Sources>) {
    f(sources);
  } else if constexpr (requires { std::begin(sources); }) {
    for (auto& source : sources) f(source);
  } else {
    std::apply([&](auto&... source) { (f(source), ...); }, sources);
  }
}

/// How many tokens of a draft no source rules out, one after the other; some sources cannot tell.
template <class Sources>
std::size_t admitted(Sources& sources, const Sequence& sequence, std::span<const TokenId> draft) {
  std::size_t count = draft.size();
  for_each_source(sources, [&](auto& source) {
    if constexpr (requires { source.admits(sequence, draft); })
      count = std::min(count, source.admits(sequence, draft.first(count)));
  });
  return count;
}

/// The bytes that a source forces the text to go on with; the longest, if several do.
template <class Sources>
std::string forced_bytes(Sources& sources, const Sequence& sequence) {
  std::string bytes;
  for_each_source(sources, [&](auto& source) {
    if constexpr (requires { source.forced_bytes(sequence); }) {
      std::string its = source.forced_bytes(sequence);
      if (its.size() > bytes.size()) bytes = std::move(its);
    }
  });
  return bytes;
}

}  // namespace detail

/// Lets each source of a tuple speak of the next token, each of a range, or the one source.
template <class Sources>
void push_all(Sources& sources, Sequence& sequence) {
  detail::for_each_source(sources, [&](auto& source) { source.push(sequence); });
}

}  // namespace tamis
