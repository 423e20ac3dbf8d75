#include <algorithm>
#include <stdexcept>
#include <tamis/generation/memory.hpp>
#include <tamis/testing/toy_model.hpp>
#include <vector>

#include "catch.hpp"

using tamis::Memory;
using tamis::TokenId;
using tamis::testing::ToyModel;
using Tokens = std::vector<TokenId>;

/// Reads, and checks the logits; returns how many tokens the model has read for it.
template <class M>
static std::size_t reads(M& model, Memory<M>& memory, const Tokens& ids) {
  const std::size_t known = memory.known(ids), before = model.tokens_read();
  const auto logits = memory.read(model, ids);
  CHECK(std::ranges::equal(logits, model.logits_after(ids)));
  CHECK(std::ranges::equal(memory.tokens(), ids));
  CHECK(model.tokens_read() - before == ids.size() - known);
  return model.tokens_read() - before;
}

TEST_CASE("A memory reads what it does not know, and at least the last token") {
  auto model = ToyModel::remembering(20);
  Memory memory(model);
  CHECK(reads(model, memory, {1, 2, 3}) == 3);
  CHECK(reads(model, memory, {1, 2, 3, 4, 5}) == 2);  // goes on
  CHECK(reads(model, memory, {1, 2, 3, 4, 5}) == 1);  // again
  CHECK(reads(model, memory, {1, 2, 9, 9}) == 2);     // another end
  CHECK(reads(model, memory, {1, 2}) == 1);           // a front
  CHECK(reads(model, memory, {2, 2}) == 2);           // something else
  memory.forget();
  CHECK(reads(model, memory, {2, 2}) == 2);
  CHECK(memory.known({}) == 0);
}

TEST_CASE("A memory is a value") {
  auto model = ToyModel::remembering(20);
  Memory memory(model);
  memory.read(model, Tokens{1, 2, 3});
  Memory copy = memory;
  copy.append(model, Tokens{4});
  CHECK(reads(model, memory, {1, 2, 3, 5}) == 1);
  CHECK(reads(model, copy, {1, 2, 3, 4, 6}) == 1);
}

TEST_CASE("A memory begins with what is in a cache already") {
  auto model = ToyModel::remembering(20);
  auto cache = model.start();
  model.forward(cache, Tokens{1, 2, 3});
  Memory<ToyModel> memory(cache, {1, 2, 3});
  CHECK(reads(model, memory, {1, 2, 3, 4}) == 1);
}

TEST_CASE("A cache that cannot be rewound begins anew where texts part") {
  struct OneWay : ToyModel {
    struct Cache {
      ToyModel::Cache inner = {};
    };
    using ToyModel::ToyModel;
    explicit OneWay(ToyModel model) : ToyModel(std::move(model)) {}
    Cache start() const { return {}; }
    std::span<const float> forward(Cache& cache, std::span<const TokenId> ids) {
      return ToyModel::forward(cache.inner, ids);
    }
  } model(ToyModel::remembering(20));
  Memory<OneWay> memory(model);
  CHECK(reads(model, memory, {1, 2, 3}) == 3);
  CHECK(reads(model, memory, {1, 2, 3, 4}) == 1);
  CHECK(reads(model, memory, {1, 2, 3, 4}) == 4);
  CHECK(reads(model, memory, {1, 2, 5}) == 3);
}

TEST_CASE("After a model has thrown nothing is known, and the next reading is right") {
  struct Throwing : ToyModel {
    explicit Throwing(ToyModel model) : ToyModel(std::move(model)) {}
    std::span<const float> forward(Cache& cache, std::span<const TokenId> ids) {
      const auto logits = ToyModel::forward(cache, ids);
      if (cache.length() == 5) throw std::runtime_error("out of memory");
      return logits;
    }
  } model(ToyModel::remembering(20));
  Memory<Throwing> memory(model);
  memory.read(model, Tokens{1, 2, 3});
  CHECK_THROWS_AS(memory.read(model, Tokens{1, 2, 3, 4, 5}), std::runtime_error);
  CHECK(memory.tokens().empty());
  CHECK(reads(model, memory, {1, 2, 3, 4}) == 4);
}

TEST_CASE("A memory that another reads for goes back to what it knows, and knows nothing meanwhile") {
  auto model = ToyModel::remembering(20);
  Memory memory(model);
  memory.read(model, Tokens{1, 2, 3, 4});
  const Tokens ids{1, 2, 5, 6};
  const auto entry = memory.open(model, ids);
  CHECK(entry.cache->length() == 2);
  CHECK(std::ranges::equal(entry.ids, Tokens{5, 6}));
  CHECK(memory.tokens().empty());
  model.forward(*entry.cache, entry.ids);
  memory.close(ids);
  CHECK(std::ranges::equal(memory.tokens(), ids));
  CHECK(std::ranges::equal(memory.cache().tokens(), ids));
  // What was opened and never closed is read anew.
  memory.open(model, Tokens{1, 2, 5, 6, 7});
  CHECK(memory.open(model, ids).ids.size() == 4);
}
