#include <tamis/generation/forward_each.hpp>

#include <tamis/testing/toy_model.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;
using tamis::testing::ToyModel;

/// A model that has nothing but forward().
struct Plain {
  using Cache = ToyModel::Cache;
  ToyModel toy = ToyModel::remembering(10);
  TokenId vocab_size() const { return toy.vocab_size(); }
  Cache start() const { return toy.start(); }
  std::span<const float> forward(Cache& cache, std::span<const TokenId> ids) {
    return toy.forward(cache, ids);
  }
};

/// A model that has a forward_each of its own, and counts its calls.
struct Own : Plain {
  int calls = 0;
  template <class Visit>
  void forward_each(Cache& cache, std::span<const TokenId> ids, Visit&& visit) {
    ++calls;
    for (std::size_t i = 0; i < ids.size(); ++i) visit(i, forward(cache, ids.subspan(i, 1)));
  }
};

TEST_CASE("The logits after each token come in order, from a model of either kind") {
  const std::vector<TokenId> ids{3, 1, 4, 1, 5};
  Plain plain;
  Own own;
  const auto check = [&](auto& model) {
    auto cache = model.start();
    std::size_t next = 0;
    forward_each(model, cache, ids, [&](std::size_t i, std::span<const float> logits) {
      CHECK(i == next++);
      const auto expected = model.toy.logits_after(std::span(ids).first(i + 1));
      CHECK(std::vector<float>(logits.begin(), logits.end()) == expected);
    });
    CHECK(next == ids.size());
    CHECK(cache.length() == 5);
  };
  check(plain);
  check(own);
  CHECK(own.calls == 1);
}
