#pragma once

#include <cstddef>
#include <string_view>

namespace tamis::guided {

/// A text as an argument of a template.
template <std::size_t N>
struct Literal {
  char text[N] = {};

  constexpr Literal() = default;
  constexpr Literal(const char (&characters)[N]) {
    for (std::size_t i = 0; i < N; ++i) text[i] = characters[i];
  }
  constexpr std::size_t size() const { return N - 1; }
  constexpr std::string_view view() const { return {text, N - 1}; }
};

}  // namespace tamis::guided
