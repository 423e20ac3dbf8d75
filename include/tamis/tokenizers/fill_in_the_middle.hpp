#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "../core/result.hpp"
#include "../core/types.hpp"
#include "tokenizer.hpp"

namespace tamis {

namespace detail {

/// How a family of code models is asked for the middle: its marks, each by the names that it has in
/// vocabularies.
struct MiddleFormat {
  using Names = std::array<std::string_view, 2>;

  std::string_view family;
  Names begin, hole, end;  ///< before the prefix, before the suffix, behind both
  std::array<std::string_view, 4> ends =
      {};  ///< what else ends a middle, where the vocabulary has it
};

inline constexpr std::array<MiddleFormat, 4> middle_formats = {{
    {"StarCoder",
     {"<fim_prefix>", "<fim-prefix>"},
     {"<fim_suffix>", "<fim-suffix>"},
     {"<fim_middle>", "<fim-middle>"},
     {"<fim_pad>", "<fim-pad>", "<file_sep>", "<|endoftext|>"}},
    {"Qwen-Coder",
     {"<|fim_prefix|>"},
     {"<|fim_suffix|>"},
     {"<|fim_middle|>"},
     {"<|fim_pad|>", "<|file_sep|>", "<|repo_name|>", "<|endoftext|>"}},
    {"CodeLlama",
     {"\u2581<PRE>", "<PRE>"},
     {"\u2581<SUF>", "<SUF>"},
     {"\u2581<MID>", "<MID>"},
     {"\u2581<EOT>", "<EOT>", "</s>"}},
    {"DeepSeek-Coder",
     {"<\uff5cfim\u2581begin\uff5c>"},
     {"<\uff5cfim\u2581hole\uff5c>"},
     {"<\uff5cfim\u2581end\uff5c>"},
     {"<\uff5cend\u2581of\u2581sentence\uff5c>"}},
}};

}  // namespace detail

/// Fill in the middle: a prompt from which a code model writes what stands between two texts.
///
///     auto middle = FillInTheMiddle::of(tokenizer, "starcoder2-3b");
///     auto prompt = middle->prompt(tokenizer, "def half(x):\n  return ", "\n");
///     options.end_tokens = middle->ends;
///
/// The formats of StarCoder, Qwen-Coder, CodeLlama and DeepSeek-Coder are known, and recognized by
/// the marks in the vocabulary. All are of the order prefix, suffix, middle.
///
/// Source: Bavarian et al., "Efficient training of language models to fill in the middle", 2022;
/// the models' cards, and `infilling_prompt_tokens` in the reference code of CodeLlama.
struct FillInTheMiddle {
  std::string_view family;   ///< whose format it is
  TokenId begin, hole, end;  ///< before the prefix, before the suffix, behind both
  std::vector<TokenId> ends =
      {};  ///< all that end the middle: the tokenizer's own, marks and padding; ascending

  /// The format of a tokenizer's model, which an error calls `model`: it says what was sought.
  template <class T>
  static Result<FillInTheMiddle> of(const T& tokenizer, std::string_view model = "the model") {
    std::string sought;
    for (const detail::MiddleFormat& format : detail::middle_formats) {
      const FillInTheMiddle found{format.family, first(tokenizer, format.begin),
                                  first(tokenizer, format.hole), first(tokenizer, format.end)};
      if (found.begin >= 0 && found.hole >= 0 && found.end >= 0)
        return with_ends(found, format, tokenizer);
      sought += (sought.empty() ? "" : "; ") + std::string(format.begin[0]) + ", " +
                std::string(format.hole[0]) + " and " + std::string(format.end[0]) + " (" +
                std::string(format.family) + ")";
    }
    return Error{std::string(model) +
                 " was not made to fill in the middle: its vocabulary has none of the marks for "
                 "that; sought were " +
                 sought};
  }

  /// The tokens from which the middle is generated. Marks in the texts are text.
  template <class T>
  std::vector<TokenId> prompt(const T& tokenizer, std::string_view prefix,
                              std::string_view suffix) const {
    std::vector<TokenId> ids;
    if (tokenizer.special().needs_begin) ids.push_back(tokenizer.special().begin);
    const auto add = [&](TokenId mark, std::string_view text) {
      ids.push_back(mark);
      const auto tokens = tokenizer.encode(text, EncodeOptions{.parse_special = false});
      ids.insert(ids.end(), tokens.begin(), tokens.end());
    };
    add(begin, prefix);
    add(hole, suffix);
    ids.push_back(end);
    return ids;
  }

 private:
  /// The token with the first of these names that the vocabulary has; -1 if it has none.
  template <class T, std::size_t N>
  static TokenId first(const T& tokenizer, const std::array<std::string_view, N>& names) {
    for (const std::string_view name : names)
      for (TokenId id = 0; !name.empty() && id < tokenizer.vocab_size(); ++id)
        if (tokenizer.bytes(id) == name && tokenizer.is_special(id)) return id;
    return -1;
  }

  template <class T>
  static FillInTheMiddle with_ends(FillInTheMiddle found, const detail::MiddleFormat& format,
                                   const T& tokenizer) {
    found.ends = tokenizer.special().ends;
    found.ends.insert(found.ends.end(), {found.begin, found.hole, found.end});
    for (const std::string_view name : format.ends)
      if (const TokenId id = first(tokenizer, std::array{name}); id >= 0) found.ends.push_back(id);
    std::sort(found.ends.begin(), found.ends.end());
    found.ends.erase(std::unique(found.ends.begin(), found.ends.end()), found.ends.end());
    return found;
  }
};

}  // namespace tamis
