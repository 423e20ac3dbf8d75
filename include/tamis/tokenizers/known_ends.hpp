#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "bpe.hpp"

namespace tamis::detail {

/// The names by which control tokens are known to end a generation, in the model families that use
/// a byte-level vocabulary. A file names one or two of its own; a chat may end with another.
inline constexpr std::array<std::string_view, 6> end_names = {
    "<|endoftext|>", "<|im_end|>", "<|end_of_text|>", "<|eot_id|>", "<|eom_id|>", "<|end|>"};

/// Adds the tokens of those names to the ends, and puts the ends in order, each once.
inline void add_known_ends(SpecialTokens& special, const BpeParts& parts) {
  for (std::size_t at = 0; at < parts.kinds.size(); ++at)
    if (parts.kinds[at] == static_cast<std::int32_t>(TokenKind::control) &&
        std::find(end_names.begin(), end_names.end(), parts.tokens[at]) != end_names.end())
      special.ends.push_back(static_cast<TokenId>(at));
  std::sort(special.ends.begin(), special.ends.end());
  special.ends.erase(std::unique(special.ends.begin(), special.ends.end()), special.ends.end());
}

}  // namespace tamis::detail
