#include <algorithm>
#include <map>
#include <random>
#include <tamis/tokenizers/merges.hpp>
#include <utility>
#include <vector>

#include "catch.hpp"

using namespace tamis;

static std::vector<TokenId> merged(const Merges& merges, std::vector<TokenId> ids,
                                   std::size_t begin = 0) {
  Merges::Workspace space;
  merges.merge(ids, begin, space);
  return ids;
}

TEST_CASE("The earlier merge comes first, and of equal ones the leftmost") {
  Merges merges;
  merges.add(2, 3, 23);
  merges.add(1, 2, 12);
  merges.add(12, 3, 123);
  merges.add(1, 1, 11);
  CHECK(merged(merges, {1, 2, 3}) == std::vector<TokenId>{1, 23});
  CHECK(merged(merges, {1, 2, 1, 2, 3}) == std::vector<TokenId>{12, 1, 23});
  CHECK(merged(merges, {1, 1, 1}) == std::vector<TokenId>{11, 1});
  CHECK(merged(merges, {4}) == std::vector<TokenId>{4});
  CHECK(merged(merges, {}).empty());
}

TEST_CASE("Only the word at the end is merged") {
  Merges merges;
  merges.add(1, 2, 12);
  CHECK(merged(merges, {1, 2, 1, 2}, 2) == std::vector<TokenId>{1, 2, 12});
  CHECK(merged(merges, {1, 2, 1, 2}, 3) == std::vector<TokenId>{1, 2, 1, 2});
}

TEST_CASE("A merge that is listed twice counts where it stands first") {
  Merges merges;
  merges.add(1, 2, 12);
  merges.add(2, 3, 23);
  merges.add(1, 2, 99);
  CHECK(merges.size() == 2);
  CHECK(merged(merges, {1, 2, 3}) == std::vector<TokenId>{12, 3});
}

/// Merging as it is defined: looks at all pairs, again and again.
static std::vector<TokenId> naive(const std::map<std::pair<TokenId, TokenId>, int>& ranks,
                                  std::vector<TokenId> ids) {
  for (;;) {
    int best = -1;
    std::size_t where = 0;
    for (std::size_t at = 0; at + 1 < ids.size(); ++at) {
      const auto found = ranks.find({ids[at], ids[at + 1]});
      if (found == ranks.end() || (best >= 0 && found->second >= best)) continue;
      best = found->second;
      where = at;
    }
    if (best < 0) return ids;
    ids[where] = 100 + best;
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(where) + 1);
  }
}

TEST_CASE("Words of every length merge as the definition says") {
  std::mt19937 random(11);
  for (int round = 0; round < 400; ++round) {
    std::map<std::pair<TokenId, TokenId>, int> ranks;
    Merges merges;
    std::vector<TokenId> known{0, 1, 2};
    for (int rank = 0; rank < 30; ++rank) {
      const TokenId left = known[random() % known.size()], right = known[random() % known.size()];
      if (!ranks.emplace(std::pair(left, right), static_cast<int>(ranks.size())).second) continue;
      known.push_back(100 + static_cast<TokenId>(ranks.size()) - 1);
      merges.add(left, right, known.back());
    }
    std::vector<TokenId> word;  // short and long words go different ways
    for (unsigned length = random() % 150; length > 0; --length)
      word.push_back(static_cast<TokenId>(random() % 3));
    REQUIRE(merged(merges, word) == naive(ranks, word));
  }
}

TEST_CASE("A word of a million symbols does not take quadratic time") {
  Merges merges;
  for (TokenId id = 0; id < 8; ++id) merges.add(id, id, id + 1);
  const auto ids = merged(merges, std::vector<TokenId>(1000001, 0));
  CHECK(ids.size() == 3908);  // 3906 of 2^8 symbols, one of 2^6, one of 1
  CHECK(ids.front() == 8);
  CHECK(ids.back() == 0);
}
