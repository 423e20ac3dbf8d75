#include <tamis/metrics/ngrams.hpp>

#include <map>

#include "catch.hpp"
#include "texts.hpp"

using namespace tamis;
using namespace tamis::metrics;

TEST_CASE("Equal n-grams have equal numbers, in order of their first occurrence") {
  const std::vector<TokenId> text{7, 3, 7, 3, 3, 7, 3};
  CHECK(Ngrams(1).number(text) == std::vector<std::uint32_t>{0, 1, 0, 1, 1, 0, 1});
  CHECK(Ngrams(2).number(text) == std::vector<std::uint32_t>{0, 1, 0, 2, 1, 0});
  CHECK(Ngrams(3).number(text) == std::vector<std::uint32_t>{0, 1, 2, 3, 1});
  CHECK(Ngrams(7).number(text) == std::vector<std::uint32_t>{0});
  CHECK(Ngrams(8).number(text).empty());
  CHECK(Ngrams(2).number({}).empty());
  CHECK(Ngrams(0).number(text) == Ngrams(1).number(text));
}

TEST_CASE("Numbers go on from text to text") {
  Ngrams ngrams(2);
  CHECK(ngrams.number(std::vector<TokenId>{1, 2, 3}) == std::vector<std::uint32_t>{0, 1});
  CHECK(ngrams.number(std::vector<TokenId>{2, 3, 1, 2}) == std::vector<std::uint32_t>{1, 2, 0});
  CHECK(ngrams.distinct() == 3);
}

TEST_CASE(
    "Numbers of n-grams tell apart what a map of whole n-grams tells apart, at any token id") {
  std::uint32_t state = 1;
  for (int n = 1; n <= 6; ++n) {
    std::vector<TokenId> text;
    for (int i = 0; i < 2000; ++i) {
      state = state * 1664525u + 1013904223u;
      const TokenId ids[] = {0, 1, 2147483647, -1, -2147483647 - 1};
      text.push_back(ids[state >> 24 & 3 ? state >> 16 & 1 : state % 5]);
    }
    const auto numbers = Ngrams(n).number(text);
    std::map<std::vector<TokenId>, std::uint32_t> seen;
    int wrong = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const auto begin = text.begin() + static_cast<std::ptrdiff_t>(i);
      const auto next = static_cast<std::uint32_t>(seen.size());
      wrong += seen.try_emplace(std::vector<TokenId>(begin, begin + n), next).first->second !=
               numbers[i];
    }
    CHECK(wrong == 0);
    CHECK(numbers.size() == text.size() - static_cast<std::size_t>(n) + 1);
  }
}

TEST_CASE("count_ngrams counts within texts, and the different ones over all of them") {
  const texts::Texts two{{1, 2, 1, 2}, {1, 2}, {}};
  const NgramCount count = count_ngrams(two, 2);
  CHECK(count.total == 4);
  CHECK(count.distinct == 2);
}
