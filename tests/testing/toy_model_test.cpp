#include <array>
#include <cmath>
#include <tamis/generation/kv_cache.hpp>
#include <tamis/testing/toy_model.hpp>
#include <vector>

#include "catch.hpp"

using tamis::TokenId;
using tamis::testing::ToyModel;
using Tokens = std::vector<TokenId>;

static_assert(tamis::KvCache<ToyModel::Cache>);

TEST_CASE("A bigram model answers from its table") {
  auto model = ToyModel::bigram({{0, 1}, {2, 3}}, 10);
  auto cache = model.start();
  const auto logits = model.forward(cache, Tokens{1, 0});
  CHECK(std::vector(logits.begin(), logits.end()) == std::vector<float>{0, 1});
  CHECK(model.logits_after(Tokens{0, 0, 1}) == std::vector<float>{2, 3});
  CHECK(model.vocab_size() == 2);
  CHECK(model.context_size() == 10);
}

TEST_CASE("The probability of a text is the product of the probabilities of its tokens") {
  // After 0 comes 1 with probability 3/4, after 1 comes 0 with probability 4/5.
  const auto model = ToyModel::bigram({{0, std::log(3.0f)}, {std::log(4.0f), 0}});
  CHECK(model.log_probability(Tokens{0}, Tokens{1, 0, 0}) ==
        Approx(std::log(0.75 * 0.8 * 0.25)).epsilon(1e-6));
  CHECK(model.log_probability(Tokens{0}, Tokens{}) == 0);
}

TEST_CASE("A counting model can only count") {
  const auto model = ToyModel::counting(3);
  CHECK(model.logits_after(Tokens{0}) == std::vector{tamis::masked, 0.0f, tamis::masked});
  CHECK(model.logits_after(Tokens{2}) == std::vector{0.0f, tamis::masked, tamis::masked});
}

TEST_CASE("A remembering model answers differently after any other history") {
  const auto model = ToyModel::remembering(50, 3);
  const auto after = model.logits_after(Tokens{1, 2, 3, 4});
  for (const Tokens& other :
       {Tokens{0, 2, 3, 4}, {2, 1, 3, 4}, {2, 3, 4}, {1, 2, 3, 4, 4}, {1, 2, 4, 4}})
    CHECK(model.logits_after(other) != after);
  CHECK(ToyModel::remembering(50, 4).logits_after(Tokens{1, 2, 3, 4}) != after);
  const auto [least, most] = std::ranges::minmax(after);
  CHECK(least >= -3);
  CHECK(most <= 3);
  CHECK(most - least > 4);
}

TEST_CASE("A toy model keeps the laws of a language model") {
  auto model = ToyModel::remembering(20);
  auto at_once = model.start(), in_pieces = model.start();
  const auto read = [&](ToyModel::Cache& cache, Tokens ids) {
    const auto logits = model.forward(cache, ids);
    return std::vector(logits.begin(), logits.end());
  };
  read(in_pieces, {5, 6});
  auto copy = in_pieces;
  const auto logits = read(in_pieces, {7});
  CHECK(read(at_once, {5, 6, 7}) == logits);
  CHECK(read(copy, {8}) != logits);
  CHECK(in_pieces.length() == 3);
  copy.rewind(2);
  CHECK(read(copy, {7}) == logits);
  CHECK(model.tokens_read() == 2 + 1 + 3 + 1 + 1);
}
