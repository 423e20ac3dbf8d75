#pragma once

/// \file longest_pieces.hpp
/// A tokenizer of given pieces, which cuts a text into the longest that fit.

#include <string>
#include <string_view>
#include <tamis/tokenizers/tokenizer.hpp>
#include <vector>

struct LongestPieces {
  std::vector<std::string> pieces;

  std::string_view bytes(tamis::TokenId id) const { return pieces[static_cast<std::size_t>(id)]; }
  bool is_special(tamis::TokenId) const { return false; }
  std::vector<tamis::TokenId> encode(std::string_view text, tamis::EncodeOptions = {}) const {
    std::vector<tamis::TokenId> ids;
    while (!text.empty()) {
      std::size_t best = pieces.size(), longest = 0;
      for (std::size_t id = 0; id < pieces.size(); ++id) {
        if (pieces[id].size() <= longest || !text.starts_with(pieces[id])) continue;
        best = id;
        longest = pieces[id].size();
      }
      if (longest == 0) break;
      ids.push_back(static_cast<tamis::TokenId>(best));
      text.remove_prefix(longest);
    }
    return ids;
  }
};
