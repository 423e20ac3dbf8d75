#include <ATen/ops/cat.h>
#include <ATen/ops/cumsum.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>

#include <span>
#include <string>
#include <tamis/generation/forward_each.hpp>
#include <tamis/models/torch/torch_module.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;
using Tensors = std::vector<at::Tensor>;

/// Logits that depend on all tokens so far: the sum of their embeddings, by a matrix.
struct Sums {
  at::Tensor embedding = at::randn({11, 4}), matrix = at::randn({4, 11});

  Tensors whole(const Tensors& in) const {
    const at::Tensor states = embedding.index_select(0, in[0].squeeze(0)).unsqueeze(0);
    return {at::matmul(at::cumsum(states, 1), matrix)};
  }
  /// Remembers the embeddings, [1, tokens, 4].
  Tensors remembering(const Tensors& in) const {
    const at::Tensor states = embedding.index_select(0, in[0].squeeze(0)).unsqueeze(0);
    const at::Tensor all = at::cat({in[1], states}, 1);
    const at::Tensor sums = at::cumsum(all, 1);
    const auto count = in[0].size(1);
    return {at::matmul(sums.narrow(1, all.size(1) - count, count), matrix), all};
  }
  /// Remembers their sum, [1, 1, 4], which it writes over.
  Tensors adding(const Tensors& in) const {
    const at::Tensor states = embedding.index_select(0, in[0].squeeze(0)).unsqueeze(0);
    const at::Tensor sums = at::cumsum(states, 1).add(in[1]);
    in[1].copy_(sums.narrow(1, in[0].size(1) - 1, 1));
    return {at::matmul(sums, matrix), in[1]};
  }
};

static std::vector<float> copied(std::span<const float> logits) {
  return {logits.begin(), logits.end()};
}

static bool same(std::span<const float> a, const std::vector<float>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < b.size(); ++i)
    if (!(std::abs(a[i] - b[i]) < 1e-4)) return false;
  return true;
}

TEST_CASE(
    "A function with a memory, or without, is a language model, and all give the same logits") {
  const Sums sums;
  const std::vector<TokenId> ids{3, 1, 4, 1, 5, 9, 2, 6};
  auto whole = TorchModule::of([&](Tensors in) { return sums.whole(in); });
  auto growing = TorchModule::of([&](Tensors in) { return sums.remembering(in); },
                                 {.start = {at::zeros({1, 0, 4})}});
  auto adding = TorchModule::of([&](Tensors in) { return sums.adding(in); },
                                {.start = {at::zeros({1, 1, 4})}});
  REQUIRE(whole);
  REQUIRE(growing);
  REQUIRE(adding);
  CHECK(!whole->has_memory());
  std::vector<std::vector<float>> expected;
  auto reading = whole->start();
  for (const TokenId id : ids) expected.push_back(copied(whole->forward(reading, {&id, 1})));
  REQUIRE(expected[0].size() == 11);

  for (TorchModule* model : {&*whole, &*growing, &*adding}) {
    CHECK(model->vocab_size() == 11);
    auto cache = model->start();
    CHECK(same(model->forward(cache, std::span(ids).first(3)), expected[2]));
    auto copy = cache.fork();
    CHECK(same(model->forward(copy, std::span(ids).subspan(3)), expected[7]));
    CHECK(copy.length() == 8);
    CHECK(cache.length() == 3);
    std::size_t visited = 0;
    forward_each(*model, cache, std::span(ids).subspan(3),
                 [&](std::size_t i, std::span<const float> logits) {
                   CHECK(i == visited++);
                   CHECK(same(logits, expected[3 + i]));
                 });
    CHECK(visited == 5);

    const bool rewinds = model != &*adding;
    CHECK(copy.rewind(4) == rewinds);
    CHECK(copy.length() == (rewinds ? 4 : 8));
    if (rewinds) CHECK(same(model->forward(copy, std::span(ids).subspan(4, 2)), expected[5]));
  }
  auto cache = adding->start();
  adding->forward(cache, ids);
  CHECK(cache.check_rewind(2).error().message ==
        "the memory of the model does not grow with its tokens, so none can be taken back");
}

TEST_CASE("What a model of a function does not take is refused, and changes nothing") {
  const Sums sums;
  auto model = TorchModule::of([&](Tensors in) { return sums.whole(in); }, {.context = 4});
  REQUIRE(model);
  auto cache = model->start();
  model->forward(cache, std::vector<TokenId>{1, 2, 3});
  CHECK(model->forward(cache, std::vector<TokenId>{1, 2}).empty());
  CHECK(model->fault()->message == "the text is 5 tokens long; the model takes 4");
  CHECK(model->forward(cache, std::vector<TokenId>{11}).empty());
  CHECK(model->fault()->message == "there is no token 11; the model's are 0 to 10");
  CHECK(model->forward(cache, {}).empty());
  CHECK(cache.length() == 3);
  CHECK(!model->forward(cache, std::vector<TokenId>{10}).empty());
  CHECK(!model->fault());
}

TEST_CASE("A function that is no language model is refused in one sentence") {
  const auto fault = [](TorchModule::Function function, TorchModuleOptions options = {}) {
    const auto model = TorchModule::of(std::move(function), std::move(options));
    return model ? "" : model.error().message;
  };
  CHECK(fault([](Tensors in) { return in; }) ==
        "the module returns logits of the shape [1, 1] and type Long for 1 tokens; floating-point "
        "numbers [1, 1, vocabulary] are needed");
  CHECK(fault([](Tensors) { return Tensors(); }) ==
        "the module returns 0 tensors; 1 are needed, the logits and what it remembers");
  CHECK(fault(
            [](Tensors) {
              return Tensors{at::zeros({1, 1, 5})};
            },
            {.start = {at::zeros({1})}}) ==
        "the module returns 1 tensors; 2 are needed, the logits and what it remembers");
  CHECK(fault([](Tensors in) {
          return Tensors{at::matmul(in[0], at::zeros({7, 7}))};
        }).find("the module failed: ") == 0);
}
