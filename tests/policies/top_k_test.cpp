#include <tamis/policies/top_k.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

TEST_CASE("TopK keeps the k likeliest tokens") {
  const std::vector<float> row = {1, 5, 3, 4, 2};
  CHECK((kept(row, TopK{1}) == Ids{1}));
  CHECK((kept(row, TopK{3}) == Ids{1, 2, 3}));
  CHECK(kept(row, TopK{5}).size() == 5);
}

TEST_CASE("TopK keeps the tokens that tie with the last, as HF does, or exactly k, as vLLM does") {
  const std::vector<float> row = {3, 2, 2, 2, 1};
  CHECK((kept(row, TopK{2}) == Ids{0, 1, 2, 3}));
  CHECK((kept(row, TopK{2, Ties::least_id}) == Ids{0, 1}));
  CHECK((kept(row, TopK{3, Ties::least_id}) == Ids{0, 1, 2}));
  CHECK((kept(row, TopK{4, Ties::least_id}) == Ids{0, 1, 2, 3}));
}

TEST_CASE("TopK keeps all where there are fewer than k, or where k is zero") {
  const std::vector<float> row = {masked, 2, masked, 1};
  for (const Ties ties : {Ties::kept, Ties::least_id}) {
    for (const unsigned k : {0u, 2u, 3u, 50u, 1u << 24, 1u << 30, ~0u}) {
      CAPTURE(k);
      CHECK(after(row, TopK{k, ties}) == row);
    }
  }
}

TEST_CASE("TopK of exactly k keeps exactly k, and of equal tokens the least ids") {
  for (const RowKind kind : row_kinds) {
    const auto row = make_row(kind, 2, 130);
    const auto finite =
        static_cast<std::size_t>(std::ranges::count_if(row, [](float z) { return z > masked; }));
    for (const unsigned k : {1u, 2u, 50u, 129u, 131u}) {
      CAPTURE(name_of(kind), k);
      const Ids ids = kept(row, TopK{k, Ties::least_id});
      REQUIRE(ids.size() == std::min<std::size_t>(k, finite));
      float least = greatest;  // the logit at which it ends
      for (const TokenId id : ids) least = std::min(least, row[static_cast<std::size_t>(id)]);
      bool ended = false;
      for (TokenId id = 0; id < 130; ++id) {
        const float z = row[static_cast<std::size_t>(id)];
        const bool stays = std::ranges::binary_search(ids, id);
        if (z > least) CHECK(stays);
        if (z == least && ended) CHECK_FALSE(stays);
        ended |= z == least && !stays;
      }
    }
  }
}

TEST_CASE("TopK obeys the laws of a truncation") {
  for (const unsigned k : {0u, 1u, 2u, 50u, 1u << 30}) {
    CAPTURE(k);
    CHECK(broken_law(TopK{k}) == "");
    CHECK(broken_law(TopK{k, Ties::least_id}) == "");
  }
  CHECK(broken_law(TopK{50}, make_row(RowKind::rounded, 1, 1 << 18)) == "");
}

static_assert(TopK{0}.idle() && !TopK{1}.idle());
static_assert(Truncation<TopK> && HasRank<TopK> && kinds_of<TopK> == 1);
static_assert(std::is_trivially_copyable_v<TopK> && sizeof(TopK) == 8);
