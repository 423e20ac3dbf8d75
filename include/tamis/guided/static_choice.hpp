#pragma once

/// \file static_choice.hpp
/// Choices that the compiler knows.

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "choice.hpp"
#include "grammar.hpp"
#include "literal.hpp"

namespace tamis::guided {

/// Choices of the compiler: see choice<>().
template <Literal... Texts>
class StaticChoice {
  static constexpr std::array<std::string_view, sizeof...(Texts)> all = {Texts.view()...};

  static constexpr bool differ() {
    for (std::size_t i = 0; i < all.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (all[i] == all[j]) return false;
    return true;
  }
  static_assert(sizeof...(Texts) > 0,
                "tamis: guided::choice<> has nothing to choose from; name at least one text");
  static_assert(differ(),
                "tamis: guided::choice<> names the same text twice; leave one of them out");

 public:
  static constexpr const auto& texts() { return all; }

  /// The place of a text among the choices; nothing, if it is none of them.
  static constexpr std::optional<std::size_t> index_of(std::string_view text) {
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i] == text) return i;
    return std::nullopt;
  }
  static constexpr bool matches(std::string_view text) { return index_of(text).has_value(); }

  /// The grammar of the texts.
  static Grammar grammar() { return *choice(std::vector<std::string>(all.begin(), all.end())); }
  operator Grammar() const { return grammar(); }
};

/// A few texts that the compiler knows, one of which is to be chosen.
///
///     constexpr auto mood = guided::choice<"positive", "negative">();
///     auto compiled = guided::CompiledGrammar::of(mood, vocabulary);
///     ... switch (*mood.index_of(text))
template <Literal... Texts>
constexpr StaticChoice<Texts...> choice() {
  return {};
}

}  // namespace tamis::guided
