#pragma once

/// \file ngrams.hpp
/// The n-grams of texts, numbered.

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "../core/types.hpp"

namespace tamis::metrics {

/// Numbers the n-grams of one length over any number of texts: equal ones get equal numbers, 0, 1,
/// ... in order of their first occurrence.
///
/// An n-gram is looked up as the number of its first n - 1 tokens and its last token, so equal
/// numbers are equal n-grams, not equal hashes, and a text of T tokens costs O(n T).
class Ngrams {
 public:
  /// `length` is n >= 1; less counts as 1.
  explicit Ngrams(int length) : tables_(static_cast<std::size_t>(length > 1 ? length : 1)) {}

  /// The numbers of the n-grams of a text, [max(0, text size - n + 1)]; the k-th begins at token k.
  std::vector<std::uint32_t> number(std::span<const TokenId> text) {
    std::vector<std::uint32_t> numbers(text.size());
    for (std::size_t order = 0; order < tables_.size(); ++order) {
      const std::size_t count = text.size() > order ? text.size() - order : 0;
      for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t prefix = order == 0 ? 0 : numbers[i];
        const std::uint64_t last = static_cast<std::uint32_t>(text[i + order]);
        const auto next = static_cast<std::uint32_t>(tables_[order].size());
        numbers[i] = tables_[order].try_emplace(prefix << 32 | last, next).first->second;
      }
      numbers.resize(count);
    }
    return numbers;
  }

  /// How many different n-grams there were in all texts so far.
  std::size_t distinct() const { return tables_.back().size(); }

 private:
  std::vector<std::unordered_map<std::uint64_t, std::uint32_t>> tables_;  // [n]: by length - 1
};

/// How many n-grams of a length the texts have, and how many different ones among all of them.
struct NgramCount {
  std::size_t total = 0, distinct = 0;
};

/// Counts the n-grams of all texts together; none goes over the end of a text.
inline NgramCount count_ngrams(std::span<const std::vector<TokenId>> texts, int length) {
  Ngrams ngrams(length);
  NgramCount count;
  for (const std::vector<TokenId>& text : texts) count.total += ngrams.number(text).size();
  count.distinct = ngrams.distinct();
  return count;
}

}  // namespace tamis::metrics
