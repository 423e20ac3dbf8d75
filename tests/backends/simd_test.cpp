#include <tamis/backends/simd.hpp>

#include <tamis/policies/greedy.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/sampler.hpp>
#include <tamis/testing/rows.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("Blocks that are full, nearly full and over the end are all read") {
  for (const std::size_t size : {1u, 15u, 16u, 17u, 511u, 512u, 513u, 1024u, 5000u}) {
    for (const std::size_t place : {std::size_t{0}, size / 2, size - 1}) {
      std::vector<float> logits(size, -1.0f);
      logits[place] = 1.0f;
      simd::RowOf row(logits, {});
      CHECK(Sampler{Greedy{}}(row).token == static_cast<TokenId>(place));
    }
  }
}

TEST_CASE("A thousand survivors are kept in the order of ids") {
  const auto logits = testing::make_row(testing::RowKind::normal, 8, 20000);
  simd::RowOf row(logits, {});
  const auto kept = Sampler{TopK{1000}}.distribution(row).kept();
  REQUIRE(kept.size() == 1000);
  for (std::size_t i = 1; i < kept.size(); ++i) REQUIRE(kept[i - 1].id < kept[i].id);
}
