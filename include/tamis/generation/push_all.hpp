#pragma once

#include <iterator>
#include <tuple>

#include "../core/sequence.hpp"
#include "../sources/source.hpp"

namespace tamis {

/// Lets each source of a tuple speak of the next token, each of a range, or the one source.
template <class Sources>
void push_all(Sources& sources, Sequence& sequence) {
  if constexpr (Source<Sources>) {
    sources.push(sequence);
  } else if constexpr (requires { std::begin(sources); }) {
    for (auto& source : sources) source.push(sequence);
  } else {
    std::apply([&](auto&... source) { (source.push(sequence), ...); }, sources);
  }
}

}  // namespace tamis
