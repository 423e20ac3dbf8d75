#pragma once

/// \file texts.hpp
/// The texts whose metrics were computed apart from the library: Python 3 with collections,
/// fractions and math, and NLTK 3.10.4 (`nltk.util.ngrams`, `nltk.translate.bleu_score`), on the
/// words that `str.split()` finds.

#include <string_view>
#include <vector>

#include <tamis/metrics/words.hpp>

namespace texts {

using Texts = std::vector<std::vector<tamis::TokenId>>;

inline constexpr std::string_view prose[] = {
    "the cat sat on the mat and the dog sat on the log",
    "the cat sat on the sofa while the dog lay on the log by the fire",
    "a bird sang in the tree and the cat sat on the mat and the dog sat on the log",
    "no word here was used before",
    "the cat",
    "I do not know what to do and I do not know what to say and I do not know what to do",
};

/// The first `count` of them as words.
inline Texts words(std::size_t count) {
  tamis::metrics::Words words;
  Texts texts;
  for (std::size_t i = 0; i < count; ++i) texts.push_back(words.number(prose[i]));
  return texts;
}

/// Eight random texts of five tokens: random.seed(7), random.choice([1, 2, 3, 5, 8]), up to 12
/// each.
inline Texts random() {
  return {{2, 5, 1, 1, 8},
          {3},
          {1, 8, 2, 1, 1, 5, 5, 1, 2},
          {8},
          {1, 8, 1, 2, 8, 1},
          {8, 5, 1, 2, 1, 8, 2, 3, 5},
          {8, 1},
          {3, 8, 2, 1, 8, 8, 2, 3, 1}};
}

}  // namespace texts
