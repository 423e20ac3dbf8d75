#include <algorithm>
#include <cmath>
#include <span>
#include <tamis/generation/forward_batch.hpp>
#include <tamis/generation/memory.hpp>
#include <tamis/generation/window_kv_cache.hpp>
#include <vector>

#include "../models/random_llama.hpp"
#include "catch.hpp"

using namespace tamis;
using WindowLlama = BasicLlama<WindowKvCache>;

TEST_CASE("As long as nothing slides, a window gives the logits of a contiguous cache to the bit") {
  TinyLlama tiny{.type = TensorType::q4_1};
  Llama plain = loaded(tiny.make());
  for (const int sinks : {0, 4, 16, 37}) {
    INFO(sinks << " sinks");
    const auto ids = random_text(sinks + 50, tiny.vocabulary);
    WindowLlama sliding = plain.with_cache<WindowKvCache>(1, sinks, 50);
    auto a = plain.start();
    auto b = sliding.start();
    std::size_t done = 0;
    for (const std::size_t count :
         {std::size_t{1}, std::size_t{2}, std::size_t{20}, ids.size() - 23}) {
      const auto part = std::span(ids).subspan(done, count);
      REQUIRE(logits_after(plain, a, part) == logits_after(sliding, b, part));
      done += count;
    }
    const auto next = random_text(1, tiny.vocabulary);
    CHECK(logits_after(plain, a, next) != logits_after(sliding, b, next));
  }
}

/// The greatest difference between the two.
static float distance(const std::vector<float>& a, const std::vector<float>& b) {
  float most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

TEST_CASE("A token sees the sinks and the window as if they were the whole text") {
  // With one layer the keys and values follow from the tokens alone, so that a text made of what is
  // seen gives the same.
  TinyLlama tiny{.layers = 1};
  Llama plain = loaded(tiny.make());
  for (const auto& [sinks, window] : {std::pair{4, 20}, {0, 33}, {20, 16}, {1, 1}, {3, 47}}) {
    WindowLlama sliding = plain.with_cache<WindowKvCache>(1, sinks, window);
    const auto ids = random_text(400, tiny.vocabulary);
    auto cache = sliding.start();
    std::vector<std::vector<float>> all;
    sliding.forward_each(cache, ids, [&](std::size_t, std::span<const float> logits) {
      all.emplace_back(logits.begin(), logits.end());
    });
    REQUIRE(all.size() == 400);
    for (const int position : {60, 61, 64, 150, 255, 256, 399}) {
      INFO(sinks << " sinks, a window of " << window << ", position " << position);
      std::vector<TokenId> seen(ids.begin(), ids.begin() + sinks);
      seen.insert(seen.end(), ids.begin() + position + 1 - window, ids.begin() + position + 1);
      auto fresh = plain.start();
      CHECK(distance(all[static_cast<std::size_t>(position)], logits_after(plain, fresh, seen)) <
            2e-5f);
    }
  }
}

TEST_CASE("A window that slides gives the same to the bit in pieces, in a batch, on any threads") {
  TinyLlama tiny;
  Llama plain = loaded(tiny.make());
  const auto ids = random_text(350, tiny.vocabulary);
  for (const auto& [sinks, window] : {std::pair{4, 60}, {0, 33}, {40, 100}}) {
    INFO(sinks << " sinks, a window of " << window);
    WindowLlama model = plain.with_cache<WindowKvCache>(1, sinks, window);
    WindowLlama several = plain.with_cache<WindowKvCache>(3, sinks, window);
    auto at_once = model.start(), pieces = model.start(), threads = several.start();
    const auto expected = logits_after(model, at_once, ids);
    CHECK(logits_after(several, threads, ids) == expected);
    std::mt19937 random(2);
    std::vector<float> last;
    for (std::size_t done = 0; done < ids.size();) {
      const auto count = std::min<std::size_t>(random() % 30 + 1, ids.size() - done);
      last = logits_after(model, pieces, std::span(ids).subspan(done, count));
      done += count;
    }
    CHECK(last == expected);

    auto batched = model.start(), other = model.start();
    const BatchEntry<WindowLlama> entries[]{{&other, std::span(ids).first(70)}, {&batched, ids}};
    forward_batch(model, entries, [&](std::size_t b, std::span<const float> logits) {
      if (b == 1) CHECK(std::ranges::equal(logits, expected));
    });
  }
}

TEST_CASE("The memory of a window stays the same, however long the text is") {
  TinyLlama tiny{.layers = 1, .context = 128};
  Llama plain = loaded(tiny.make());
  WindowLlama model = plain.with_cache<WindowKvCache>(1, 4, 100, 20);
  auto cache = model.start();
  CHECK(cache.bytes() == 0);
  CHECK(cache.bytes_per_token() == std::size_t{2} * (16 + 16) * sizeof(float));
  std::size_t most = 0;
  for (int i = 0; i < 60; ++i) {
    const auto ids = random_text(i % 3 == 0 ? 100 : 1, tiny.vocabulary, static_cast<unsigned>(i));
    REQUIRE(logits_after(model, cache, ids).size() == std::size_t{50});
    most = std::max(most, cache.bytes());
  }
  CHECK(cache.length() == 2040);  // the model's context is 128
  CHECK(most <= cache.max_bytes(100));
  CHECK(cache.max_bytes(100) < 300 * cache.bytes_per_token());
  CHECK(cache.pool().blocks() * cache.pool().block_bytes() <= cache.max_bytes(100));
}

TEST_CASE("A window goes back by what it has to spare, and to its sinks; else it says why not") {
  TinyLlama tiny;
  Llama plain = loaded(tiny.make());
  WindowLlama model = plain.with_cache<WindowKvCache>(1, 4, 50, 10);
  const auto ids = random_text(300, tiny.vocabulary);
  auto cache = model.start();
  auto straight = model.start();
  model.forward(straight, std::span(ids).first(290));
  for (const TokenId id : ids) model.forward(cache, {&id, 1});

  const auto refused = cache.check_rewind(200);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message ==
        "the cache cannot go back from 300 tokens to 200, for it has forgotten those before 224; "
        "read the text again, or make `spare` 100 or more");
  CHECK_FALSE(cache.rewind(200));
  CHECK(cache.length() == 300);

  CHECK(cache.rewind(290));
  auto copy = cache;
  const auto expected = logits_after(model, straight, std::span(ids).subspan(290));
  CHECK(logits_after(model, cache, std::span(ids).subspan(290)) == expected);

  CHECK(copy.rewind(2));
  CHECK(copy.length() == 2);
  auto fresh = model.start();
  const auto all = logits_after(model, fresh, ids);
  CHECK(logits_after(model, copy, std::span(ids).subspan(2)) == all);
  CHECK(copy.rewind(-1));
  CHECK(copy.length() == 0);
  CHECK(copy.bytes() == 0);
  CHECK(logits_after(model, copy, ids) == all);
}

TEST_CASE("Forks of a window never see each other's tokens") {
  TinyLlama tiny;
  Llama plain = loaded(tiny.make());
  WindowLlama model = plain.with_cache<WindowKvCache>(1, 4, 40);
  const auto ids = random_text(150, tiny.vocabulary), one = random_text(90, tiny.vocabulary, 2),
             two = random_text(90, tiny.vocabulary, 3);
  auto cache = model.start();
  model.forward(cache, ids);
  auto fork = cache.fork(), alone_one = model.start(), alone_two = model.start();
  model.forward(alone_one, ids);
  model.forward(alone_two, ids);
  for (std::size_t i = 0; i < 90; ++i) {
    REQUIRE(logits_after(model, cache, std::span(one).subspan(i, 1)) ==
            logits_after(model, alone_one, std::span(one).subspan(i, 1)));
    REQUIRE(logits_after(model, fork, std::span(two).subspan(i, 1)) ==
            logits_after(model, alone_two, std::span(two).subspan(i, 1)));
  }
}

TEST_CASE("A memory reads again what its window cannot go back to") {
  TinyLlama tiny;
  Llama plain = loaded(tiny.make());
  WindowLlama model = plain.with_cache<WindowKvCache>(1, 4, 40, 8);
  const auto ids = random_text(200, tiny.vocabulary);
  Memory<WindowLlama> memory(model);
  memory.read(model, ids);
  memory.append(model, random_text(50, tiny.vocabulary, 2));
  auto other = ids;
  other.resize(120);
  CHECK(memory.known(other) == 0);
  auto fresh = model.start();
  const auto logits = memory.read(model, other);
  const std::vector<float> found(logits.begin(), logits.end());
  CHECK(found == logits_after(model, fresh, other));
  CHECK(memory.tokens().size() == 120);
  CHECK(memory.known(other) == 119);
}

TEST_CASE("A window that is longer than the model's context is refused with a sentence") {
  TinyLlama tiny{.context = 128};
  Llama plain = loaded(tiny.make());
  WindowLlama model = plain.with_cache<WindowKvCache>(1, 4, 125);
  auto cache = model.start();
  const TokenId id = 1;
  const auto checked = model.check(cache, {&id, 1});
  REQUIRE_FALSE(checked);
  CHECK(checked.error().message == "the cache sees 129 tokens; the model takes 128");
  CHECK(model.forward(cache, {&id, 1}).empty());
}
