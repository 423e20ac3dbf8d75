#pragma once

#include <string_view>

#include "../core/types.hpp"

namespace tamis {

/// Stands where a tokenizer would, for a generation that wants tokens and no text.
struct NoTokenizer {
  std::string_view bytes(TokenId) const { return {}; }
  bool is_special(TokenId) const { return false; }
};

}  // namespace tamis
