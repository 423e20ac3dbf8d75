#include <algorithm>
#include <span>
#include <tamis/generation/forward_batch.hpp>
#include <tamis/testing/toy_model.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;
using tamis::testing::ToyModel;
using Tokens = std::vector<TokenId>;

TEST_CASE("A model that knows no batches reads one entry after the other") {
  auto model = ToyModel::remembering(20);
  const std::vector<Tokens> pasts{{1, 2}, {}, {7}}, news{{3}, {4, 5, 6}, {8, 9}};
  std::vector<ToyModel::Cache> caches(3);
  for (std::size_t b = 0; b < 3; ++b)
    if (!pasts[b].empty()) model.forward(caches[b], pasts[b]);
  std::vector<BatchEntry<ToyModel>> entries;
  for (std::size_t b = 0; b < 3; ++b) entries.push_back({&caches[b], news[b]});
  std::size_t visited = 0;
  forward_batch(model, entries, [&](std::size_t b, std::span<const float> logits) {
    REQUIRE(b == visited++);
    Tokens all = pasts[b];
    all.insert(all.end(), news[b].begin(), news[b].end());
    CHECK(std::ranges::equal(logits, model.logits_after(all)));
  });
  CHECK(visited == 3);
  forward_batch(model, {}, [](std::size_t, std::span<const float>) { FAIL("visited"); });
}

namespace {

/// A model that has a way of its own, and says so.
struct Together : ToyModel {
  explicit Together(ToyModel model) : ToyModel(std::move(model)) {}
  template <class Visit>
  void forward_batch(std::span<const BatchEntry<Together>> entries, Visit&& visit) {
    ++passes;
    for (std::size_t b = 0; b < entries.size(); ++b)
      visit(b, forward(*entries[b].cache, entries[b].ids));
  }
  int passes = 0;
};

}  // namespace

TEST_CASE("A model that takes a batch at once is given the batch at once") {
  Together model(ToyModel::counting(5));
  std::vector<ToyModel::Cache> caches(2);
  const Tokens a{1}, b{3, 4};
  const BatchEntry<Together> entries[]{{&caches[0], a}, {&caches[1], b}};
  std::vector<TokenId> next;
  forward_batch(model, entries, [&](std::size_t, std::span<const float> logits) {
    next.push_back(static_cast<TokenId>(std::ranges::max_element(logits) - logits.begin()));
  });
  CHECK(next == Tokens{2, 0});
  CHECK(model.passes == 1);
}

static_assert(BatchModel<Together> && !BatchModel<ToyModel>);
