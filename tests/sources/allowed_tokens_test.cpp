#include <tamis/sources/allowed_tokens.hpp>
#include <tamis/sources/source.hpp>

#include "catch.hpp"
#include "policies/policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

TEST_CASE("AllowedTokens let nothing else come, at any step") {
  const std::vector<float> row(70, 1.0f);
  Sequence sequence;
  AllowedTokens source(Ids{0, 31, 32, 69}, row.size());
  for (int step = 0; step < 3; ++step) {
    source.push(sequence);
    Ids ids;
    for (const auto& k : left_by(row, sequence.facts(), {}).kept()) ids.push_back(k.id);
    CHECK(ids == Ids{0, 31, 32, 69});
    sequence.append(31);
    sequence.clear_passing();
  }
}

TEST_CASE("AllowedTokens leave out what is no token") {
  const std::vector<float> row(33, 1.0f);
  Sequence sequence;
  AllowedTokens(Ids{-1, 5, 33, 1 << 30}, row.size()).push(sequence);
  const auto left = left_by(row, sequence.facts(), {});
  REQUIRE(left.kept().size() == 1);
  CHECK(left.kept()[0].id == 5);
}

TEST_CASE("AllowedTokens without a token leave nothing, and the row says so") {
  Sequence sequence;
  AllowedTokens(Ids{}, 33).push(sequence);
  CHECK(left_by(std::vector<float>(33), sequence.facts(), {}).fault() == Fault::all_masked);
}

static_assert(Source<AllowedTokens>);
