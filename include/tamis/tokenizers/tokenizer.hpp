#pragma once

/// \file tokenizer.hpp
/// Text to tokens and back: all that generation asks of a tokenizer.

#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../core/result.hpp"
#include "../core/types.hpp"

namespace tamis {

/// How text becomes tokens.
struct EncodeOptions {
  /// Whether the name of a special token in the text, such as `<|im_end|>`, becomes that token.
  /// Without it the name is text like any other: what a stranger wrote should be encoded so.
  bool parse_special = true;
};

/// How tokens become text.
struct DecodeOptions {
  bool skip_special = false;  ///< leaves special tokens out
};

/// The tokens with a meaning of their own; -1 or empty where the vocabulary has none.
struct SpecialTokens {
  TokenId begin = -1;  ///< opens a text
  bool needs_begin =
      false;         ///< the model was trained on texts opened so: put `begin` before the ids
  TokenId end = -1;  ///< closes a text, as the model's file says
  std::vector<TokenId> ends;  ///< all that end a generation, `end` among them, in order
  TokenId padding = -1;
  TokenId unknown = -1;
};

/// A tokenizer.
///
///   tokenizer.vocab_size()            how many tokens there are
///   tokenizer.encode(text, options)   the tokens of a text, which may be any bytes
///   tokenizer.decode(ids, options)    their text; an error if an id is outside of the vocabulary
///   tokenizer.bytes(id)               what the token adds to the text; empty outside the
///   vocabulary;
///                                     valid as long as the tokenizer
///   tokenizer.is_special(id)          whether it is a mark of the format rather than text
///   tokenizer.special()               the tokens with a meaning of their own
///
/// Laws. decode(ids) is what a Detokenizer makes of bytes(id), one after the other: valid UTF-8.
/// decode(encode(text)) is text, if that is UTF-8 and the vocabulary has a symbol for each of its
/// bytes. A tokenizer is a value, and its constant members may be called by many threads at once.
template <class T>
concept Tokenizer = requires(const T& tokenizer, std::string_view text,
                             std::span<const TokenId> ids, TokenId id) {
  { tokenizer.vocab_size() } -> std::same_as<TokenId>;
  { tokenizer.encode(text) } -> std::same_as<std::vector<TokenId>>;
  { tokenizer.encode(text, EncodeOptions{}) } -> std::same_as<std::vector<TokenId>>;
  { tokenizer.decode(ids) } -> std::same_as<Result<std::string>>;
  { tokenizer.decode(ids, DecodeOptions{}) } -> std::same_as<Result<std::string>>;
  { tokenizer.bytes(id) } -> std::same_as<std::string_view>;
  { tokenizer.is_special(id) } -> std::same_as<bool>;
  { tokenizer.special() } -> std::same_as<const SpecialTokens&>;
};

}  // namespace tamis
