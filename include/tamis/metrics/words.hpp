#pragma once

/// \file words.hpp
/// Words as tokens, for metrics that are usually stated over words.

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "../core/types.hpp"

namespace tamis::metrics {

/// Gives each different word a number, the same in every text: the metrics of this folder are over
/// token ids, and so over words.
///
/// A word is what stands between white space (blank, tab, newline, return, form feed, vertical
/// tab), as Python's `str.split()` sees ASCII: no letters are changed, no punctuation is cut off.
class Words {
 public:
  /// The words of a text, as numbers from 0 on.
  std::vector<TokenId> number(std::string_view text) {
    constexpr std::string_view white = " \t\n\r\f\v";
    std::vector<TokenId> numbers;
    for (std::size_t begin = text.find_first_not_of(white); begin != text.npos;) {
      const std::size_t end = std::min(text.find_first_of(white, begin), text.size());
      const auto next = static_cast<TokenId>(numbers_.size());
      numbers.push_back(
          numbers_.try_emplace(std::string(text.substr(begin, end - begin)), next).first->second);
      begin = text.find_first_not_of(white, end);
    }
    return numbers;
  }

  /// How many different words there were.
  std::size_t distinct() const { return numbers_.size(); }

 private:
  std::unordered_map<std::string, TokenId> numbers_;
};

}  // namespace tamis::metrics
