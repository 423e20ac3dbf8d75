#pragma once

/// \file self_bleu.hpp
/// Self-BLEU: how much each text of a set looks like the others.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <unordered_map>
#include <vector>

#include "../core/types.hpp"
#include "ngrams.hpp"

namespace tamis::metrics {

namespace detail {

/// How often each n-gram of a text occurs in it, by its number.
inline std::unordered_map<std::uint32_t, std::uint32_t> occurrences(
    const std::vector<std::uint32_t>& ngrams) {
  std::unordered_map<std::uint32_t, std::uint32_t> count;
  for (const std::uint32_t ngram : ngrams) ++count[ngram];
  return count;
}

/// Of one n-gram, the greatest number of occurrences in one text, that text, and the greatest in
/// another: what the other texts have at most, for every text, without comparing each with each.
struct GreatestTwo {
  std::uint32_t first = 0, second = 0;
  std::size_t owner = 0;

  void see(std::uint32_t count, std::size_t text) {
    if (count > first) {
      second = first;
      first = count;
      owner = text;
    } else {
      second = std::max(second, count);
    }
  }
  std::uint32_t among_others(std::size_t text) const { return text == owner ? second : first; }
};

/// The length, among all texts but one, nearest to that one's; of two the shorter.
inline std::size_t nearest_length(std::span<const std::vector<TokenId>> texts, std::size_t self) {
  const auto distance = [&](std::size_t length) {
    const std::size_t own = texts[self].size();
    return length > own ? length - own : own - length;
  };
  std::size_t best = std::numeric_limits<std::size_t>::max();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::size_t length = texts[i].size();
    if (i == self) continue;
    if (best == std::numeric_limits<std::size_t>::max() || distance(length) < distance(best) ||
        (distance(length) == distance(best) && length < best))
      best = length;
  }
  return best;
}

}  // namespace detail

/// Self-BLEU: the mean, over texts, of the BLEU of a text with all others as its references; in
/// [0, 1], lower where the texts are more diverse. NaN of fewer than two texts.
///
/// BLEU of a text h is \f$ b \cdot \exp(\frac1N \sum_{n=1}^N \ln p_n) \f$. \f$ p_n \f$ is the share
/// of its n-grams that are in a reference, each counted at most as often as in the reference that
/// has it most often. b is 1 if h is longer than the reference nearest in length (r; of two the
/// shorter), else \f$ e^{1 - r/|h|} \f$. Where no n-gram is found, its numerator is 0.1 (NLTK's
/// smoothing "method1"); a text too short to have one counts as having one. A text without a token
/// in common with the others has 0.
///
/// `length` is N, 4 as a rule. Cost: all n-grams of all texts, once, and the texts' lengths squared
/// in number.
///
/// Sources: Zhu et al., "Texygen", SIGIR 2018; Papineni et al., "BLEU", ACL 2002; Chen
/// and Cherry, "A systematic comparison of smoothing techniques for sentence-level BLEU", WMT 2014,
/// smoothing 1. The values are those of NLTK's `sentence_bleu`.
inline double self_bleu(std::span<const std::vector<TokenId>> texts, int length = 4) {
  if (texts.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  const double smallest = 0.1;  // NLTK's epsilon
  std::vector<double> log_precision(texts.size());
  std::vector<bool> nothing_shared(texts.size());
  for (int n = 1; n <= length; ++n) {
    Ngrams ngrams(n);
    std::vector<std::unordered_map<std::uint32_t, std::uint32_t>> counts;
    for (const std::vector<TokenId>& text : texts)
      counts.push_back(detail::occurrences(ngrams.number(text)));
    std::vector<detail::GreatestTwo> greatest(ngrams.distinct());
    for (std::size_t i = 0; i < texts.size(); ++i)
      for (const auto& [ngram, count] : counts[i]) greatest[ngram].see(count, i);

    for (std::size_t i = 0; i < texts.size(); ++i) {
      std::uint64_t found = 0, total = 0;
      for (const auto& [ngram, count] : counts[i]) {
        found += std::min(count, greatest[ngram].among_others(i));
        total += count;
      }
      if (n == 1) nothing_shared[i] = found == 0;
      const double numerator = found == 0 ? smallest : static_cast<double>(found);
      log_precision[i] +=
          std::log(numerator / static_cast<double>(std::max<std::uint64_t>(total, 1)));
    }
  }
  double sum = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (nothing_shared[i]) continue;
    const double own = static_cast<double>(texts[i].size());
    const double reference = static_cast<double>(detail::nearest_length(texts, i));
    const double brevity = own > reference ? 0 : 1 - reference / own;
    sum += std::exp(brevity + log_precision[i] / length);
  }
  return sum / static_cast<double>(texts.size());
}

}  // namespace tamis::metrics
