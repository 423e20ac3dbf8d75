#include <tamis/backends/row_of.hpp>
#include <tamis/generation/collect_from.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/sampler.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;

/// Has a distribution, and nothing to collect.
struct Distributes {
  Sampler<TopK> inner{TopK{2}};
  template <class Row>
  Distribution distribution(Row& row) const {
    return inner.distribution(row);
  }
};

TEST_CASE("What a sampler keeps is collected, by itself or from its distribution") {
  const std::vector<float> logits{1, 3, masked, 2};
  std::vector<TokenId> ids;
  std::vector<double> kept;
  const auto sink = [&](TokenId id, double z) { ids.push_back(id), kept.push_back(z); };
  auto row = row_of(std::span<const float>(logits), Stream{});
  CHECK(collect_from(Sampler{Greedy{}}, row, sink) == Fault::none);
  CHECK(ids == std::vector<TokenId>{0, 1, 3});
  ids.clear(), kept.clear();
  auto again = row_of(std::span<const float>(logits), Stream{});
  CHECK(collect_from(Distributes{}, again, sink) == Fault::none);
  CHECK(ids == std::vector<TokenId>{1, 3});
  CHECK(kept == std::vector<double>{3, 2});
}
