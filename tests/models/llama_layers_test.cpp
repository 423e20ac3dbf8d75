#include <algorithm>
#include <memory>
#include <tamis/models/llama.hpp>
#include <tamis/models/llama_layers.hpp>
#include <vector>

#include "catch.hpp"
#include "tiny_llama.hpp"

using namespace tamis;

TEST_CASE("The layers take tokens of several sequences, and leave a row of the stream for each") {
  TinyLlama tiny;
  const auto file = tiny.make().file();
  const auto gguf = Gguf::parse(file);
  REQUIRE(gguf);
  auto weights = LlamaWeights::load(*gguf);
  REQUIRE(weights);
  LlamaLayers<ContiguousKvCache> layers(std::make_shared<LlamaWeights>(*std::move(weights)),
                                        best_kernels(), 1);
  const LlamaShape& shape = layers.weights()->shape;
  const std::vector<TokenId> a{1, 2, 3}, b{4}, c{5, 6};
  const std::vector<std::vector<TokenId>> texts{a, b, c};
  std::vector<ContiguousKvCache> caches(
      3, ContiguousKvCache(shape.layers, shape.kv_heads, shape.head_size));
  using Part = LlamaLayers<ContiguousKvCache>::Part;
  const Part parts[]{{&caches[0], a}, {&caches[1], b}, {&caches[2], c}};
  std::vector<int> seen;
  layers.pass(parts, [&](int layer, const float* stream) {
    seen.push_back(layer);
    CHECK(stream == layers.stream());
  });
  CHECK(seen == std::vector<int>{0, 1, 2});
  CHECK(caches[0].length() == 3);
  CHECK(caches[2].length() == 2);

  for (int row = 0; const auto& text : texts) {
    const auto expected = tiny.logits(text);
    for (Eigen::Index t = 0; t < expected.rows(); ++t, ++row) {
      const float* logits = layers.logits(row, 1);
      for (int id = 0; id < tiny.vocabulary; ++id)
        CHECK(logits[id] == Approx(expected(t, id)).margin(2e-5));
      std::vector<float> again(logits, logits + tiny.vocabulary);
      std::vector<float> normed(layers.normed(row, 1), layers.normed(row, 1) + padded(tiny.width));
      CHECK(std::equal(again.begin(), again.end(), layers.head(normed.data(), 1)));
    }
  }
}
