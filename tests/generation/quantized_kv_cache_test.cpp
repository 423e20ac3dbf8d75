#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <span>
#include <tamis/generation/forward_batch.hpp>
#include <tamis/generation/quantized_kv_cache.hpp>
#include <vector>

#include "../models/quantize.hpp"
#include "../models/random_llama.hpp"
#include "catch.hpp"

using namespace tamis;
using QuantizedLlama = BasicLlama<QuantizedKvCache>;

TEST_CASE("A quantized key or value is near what was written: half a step of its greatest number") {
  QuantizedKvCache cache(2, 3, 10);
  CHECK(cache.value_stride() == 16);
  CHECK(cache.bytes() == 0);
  cache.extend(50);
  CHECK(cache.bytes_per_token() == std::size_t{2} * 3 * (10 + 16 + 2 * 4));
  CHECK(cache.bytes() == 64 * cache.bytes_per_token());
  std::mt19937 random(1);
  std::vector<std::vector<float>> keys, values;
  for (int position = 0; position < 50; ++position) {
    keys.push_back(random_numbers(10, random, static_cast<float>(position * position)));
    values.push_back(
        random_numbers(10, random, std::pow(10.0f, static_cast<float>(position - 25))));
    cache.write(1, 2, position, keys.back().data(), values.back().data());
  }
  for (int position = 0; position < 50; ++position) {
    const auto run = cache.run(1, 2, position / 16 * 16, 50);
    REQUIRE(run.count == 50 - position / 16 * 16);
    const int at = position % 16;
    const auto most = [](const std::vector<float>& x) {
      float greatest = 0;
      for (const float number : x) greatest = std::max(greatest, std::abs(number));
      return greatest;
    };
    const float key_step = most(keys[position]) / 127, value_step = most(values[position]) / 127;
    for (int i = 0; i < 10; ++i) {
      const float key = run.key_scales[at] * run.keys[i * 16 + at];
      const float value = run.value_scales[at] * run.values[at * 16 + i];
      CHECK(std::abs(key - keys[position][i]) <= 0.501f * key_step);
      CHECK(std::abs(value - values[position][i]) <= 0.501f * value_step);
    }
  }
}

TEST_CASE("Numbers that are none, or without end, stay no number; those near 0 become 0") {
  QuantizedKvCache cache(1, 1, 4);
  cache.extend(3);
  const float inf = std::numeric_limits<float>::infinity();
  const float a[] = {1, std::nanf(""), 2, 3}, b[] = {1, inf, 2, 3}, c[] = {1e-40f, 0, -1e-42f, 0};
  cache.write(0, 0, 0, a, b);
  cache.write(0, 0, 1, b, a);
  cache.write(0, 0, 2, c, c);
  const auto run = cache.run(0, 0, 0, 3);
  for (int i = 0; i < 2; ++i) {
    CHECK(std::isnan(run.key_scales[i] * run.keys[i]));
    CHECK(std::isnan(run.value_scales[i] * run.values[i * 16]));
  }
  for (int i = 0; i < 4; ++i) CHECK(run.value_scales[2] * run.values[2 * 16 + i] == 0);
}

TEST_CASE("Logits from a quantized cache are the same to the bit in pieces, batches and threads") {
  TinyLlama tiny{.type = TensorType::q4_1};
  Llama plain = loaded(tiny.make());
  QuantizedLlama model = plain.with_cache<QuantizedKvCache>(1);
  QuantizedLlama several = plain.with_cache<QuantizedKvCache>(3);
  const auto ids = random_text(280, tiny.vocabulary);
  auto at_once = model.start(), pieces = model.start(), threads = several.start(),
       batched = model.start(), other = model.start();
  const auto expected = logits_after(model, at_once, ids);
  CHECK(logits_after(several, threads, ids) == expected);
  for (const TokenId id : std::span(ids).first(100)) model.forward(pieces, {&id, 1});
  auto fork = pieces.fork();
  model.forward(fork, std::span(ids).first(30));
  fork.rewind(100);
  CHECK(logits_after(model, pieces, std::span(ids).subspan(100)) == expected);
  CHECK(logits_after(model, fork, std::span(ids).subspan(100)) == expected);
  const BatchEntry<QuantizedLlama> entries[]{{&other, std::span(ids).first(9)}, {&batched, ids}};
  forward_batch(model, entries, [&](std::size_t b, std::span<const float> logits) {
    if (b == 1) CHECK(std::ranges::equal(logits, expected));
  });

  auto exact = plain.start();
  const auto logits = logits_after(plain, exact, ids);
  float most = 0;
  for (std::size_t i = 0; i < logits.size(); ++i)
    most = std::max(most, std::abs(logits[i] - expected[i]));
  CHECK(most > 0);
  CHECK(most < 0.05f);
  CHECK(at_once.bytes() * 3 < exact.bytes());
}
