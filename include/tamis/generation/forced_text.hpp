#pragma once

/// \file forced_text.hpp
/// Text that can be no other, in the tokens that the tokenizer makes of it.

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../core/sequence.hpp"
#include "../core/types.hpp"
#include "../tokenizers/tokenizer.hpp"
#include "push_all.hpp"

namespace tamis {

namespace detail {

/// The tokens of the text of `token` and of `forced`, as the tokenizer cuts them after the text of
/// `before`, which stay as they are; none, where it cuts neither before nor behind `token`.
template <class T>
std::vector<TokenId> cut_after(const T& tokenizer, std::span<const TokenId> before, TokenId token,
                               std::string_view forced) {
  std::string text;
  for (const TokenId id : before) text += tokenizer.bytes(id);
  const std::size_t begin = text.size(), end = begin + tokenizer.bytes(token).size();
  text += tokenizer.bytes(token);
  text += forced;
  const std::vector<TokenId> ids = tokenizer.encode(text, EncodeOptions{.parse_special = false});
  std::size_t at = 0, at_begin = ids.size(), at_end = ids.size();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::string_view bytes = tokenizer.bytes(ids[i]);
    if (at == begin) at_begin = i;
    if (at == end) at_end = i;
    if (text.compare(at, bytes.size(), bytes) != 0) return {};
    at += bytes.size();
  }
  const std::size_t first = std::min(at_begin, at_end);
  if (at != text.size() || first == ids.size()) return {};
  std::vector<TokenId> cut;
  if (at_begin == ids.size()) cut.push_back(token);
  cut.insert(cut.end(), ids.begin() + static_cast<std::ptrdiff_t>(first), ids.end());
  return cut;
}

}  // namespace detail

/// The next tokens after a sequence, of which the first, `token`, was drawn: with those of the text
/// that a source forces behind it, as the tokenizer would cut both together. So the first may be
/// another than `token`, of which the model has read nothing yet; what stands before it stays.
/// `token` alone, if nothing is forced.
///
/// The sequence is as before when it returns.
template <class T, class Sources>
std::vector<TokenId> with_forced_text(const T& tokenizer, Sequence& sequence, Sources& sources,
                                      TokenId token) {
  const std::size_t size = sequence.size();
  sequence.append(token);
  const std::string forced = detail::forced_bytes(sources, sequence);
  sequence.rewind(size);
  if (forced.empty()) return {token};
  constexpr std::size_t context =
      16;  // a word begins within so many tokens, or it is cut as if it did
  const auto tokens = sequence.tokens();
  std::size_t from = size;
  while (from > 0 && size - from < context && !tokenizer.is_special(tokens[from - 1])) --from;
  std::vector<TokenId> cut = detail::cut_after(tokenizer, tokens.subspan(from), token, forced);
  if (cut.empty()) cut = detail::cut_after(tokenizer, {}, token, forced);
  cut.resize(detail::admitted(sources, sequence, cut));
  if (cut.empty()) cut.push_back(token);
  return cut;
}

/// Whether one of the tokens that are allowed after a sequence begins with the text of `tokens` and
/// goes on: then the text, if it goes on so, is cut otherwise, and what of `tokens` comes is the
/// model's to say.
template <class T>
bool may_go_on_in_one(const T& tokenizer, const Sequence& sequence,
                      std::span<const TokenId> tokens) {
  std::string text;
  for (const TokenId id : tokens) text += tokenizer.bytes(id);
  const auto allowed = sequence.allowed();
  for (std::size_t at = 0; at < allowed.size(); ++at) {
    for (std::uint32_t word = allowed[at]; word != 0; word &= word - 1) {
      const std::string_view bytes =
          tokenizer.bytes(static_cast<TokenId>(32 * at) + __builtin_ctz(word));
      if (bytes.size() > text.size() && bytes.substr(0, text.size()) == text) return true;
    }
  }
  return false;
}

}  // namespace tamis
