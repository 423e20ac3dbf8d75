#pragma once

/// \file guide.hpp
/// What may come next: the concept of a guide, and its answer.

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../core/result.hpp"
#include "../core/types.hpp"

namespace tamis::guided {

/// Which tokens may come next.
struct TokenMask {
  enum class Kind : std::uint8_t {
    none,    ///< no token: the text is over
    forced,  ///< one token alone: `token`
    some,    ///< those of `words`
    all,     ///< every token of the vocabulary
  };

  Kind kind = Kind::none;
  TokenId token = -1;
  std::vector<std::uint32_t> words = {};  ///< bit id % 32 of word id / 32; right for each kind

  bool allows(TokenId id) const {
    const auto at = static_cast<std::size_t>(id);
    return id >= 0 && at / 32 < words.size() && (words[at / 32] >> (at % 32) & 1u) != 0;
  }

  /// Allows a token, and all that the bits of as many words allow. The kind is found after the last: find_kind().
  void allow(TokenId id) { words[static_cast<std::size_t>(id) / 32] |= std::uint32_t{1} << (id % 32); }
  void forbid(TokenId id) { words[static_cast<std::size_t>(id) / 32] &= ~(std::uint32_t{1} << (id % 32)); }
  void allow_all(const std::vector<std::uint32_t>& others) {
    for (std::size_t i = 0; i < words.size(); ++i) words[i] |= others[i];
  }

  /// Makes `kind` and `token` right, for a vocabulary of so many tokens.
  void find_kind(std::size_t vocab_size) {
    kind = Kind::none;
    const auto first = std::find_if(words.begin(), words.end(), [](std::uint32_t word) { return word != 0; });
    if (first == words.end()) return;
    kind = Kind::some;
    const bool is_single = (*first & (*first - 1)) == 0 &&
                           std::all_of(first + 1, words.end(), [](std::uint32_t word) { return word == 0; });
    if (is_single) {
      kind = Kind::forced;
      token = static_cast<TokenId>((first - words.begin()) * 32 + std::countr_zero(*first));
    } else if (first == words.begin() && allows_first(vocab_size)) {
      kind = Kind::all;
    }
  }

 private:
  bool allows_first(std::size_t count) const {
    for (std::size_t i = 0; i < count / 32; ++i)
      if (~words[i] != 0) return false;
    return count % 32 == 0 || words.back() == (std::uint32_t{1} << (count % 32)) - 1;
  }
};

/// What steers a text token by token. It is a value: a copy is a fork, and a kept copy is the way back.
///
///   guide.mask()          the tokens that may come next; an error, if that took more than the limits
///                         allow
///   guide.accept(token)   goes on by a token; false, and nothing has changed, if it may not come
///   guide.can_stop()      whether the text may end here
///   guide.is_over()       whether it has ended
///   guide.forced_bytes()  what the text must go on with, whatever the tokens; often nothing
///
/// Laws. accept(token) is mask()->allows(token). Where the mask is not empty, each token that it allows leads to a text
/// that can be completed. End tokens may come where can_stop() says so, and after one nothing may.
template <class G>
concept Guide = std::copyable<G> && requires(G& guide, const G& still, TokenId token) {
  { guide.mask() } -> std::same_as<Result<std::shared_ptr<const TokenMask>>>;
  { guide.accept(token) } -> std::same_as<bool>;
  { still.can_stop() } -> std::same_as<bool>;
  { still.is_over() } -> std::same_as<bool>;
  { guide.forced_bytes() } -> std::same_as<std::string>;
};

}  // namespace tamis::guided
