#include <algorithm>
#include <span>
#include <tamis/generation/generate.hpp>
#include <tamis/generation/no_tokenizer.hpp>
#include <tamis/generation/prefix_cache.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/sampler.hpp>
#include <thread>
#include <vector>

#include "../models/random_llama.hpp"
#include "catch.hpp"

using namespace tamis;
using PagedLlama = BasicLlama<PagedKvCache>;
using Tokens = std::vector<TokenId>;

static PagedLlama paged_llama(int block_size = 16) {
  TinyLlama tiny;
  return loaded(tiny.make()).with_cache<PagedKvCache>(1, block_size);
}

static Tokens joined(Tokens a, const Tokens& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST_CASE("A prefix that requests have in common is read once, and no token changes") {
  PagedLlama model = paged_llama();
  PrefixCache prefixes(model.start(), std::size_t{1} << 24);
  const Sampler sampler{Temperature{0.9f}};
  const Tokens common = random_text(70, 50);
  int read = 0;
  for (unsigned i = 0; i < 5; ++i) {
    const Tokens prompt = joined(common, random_text(10, 50, i + 10));
    Memory<PagedLlama> memory = prefixes.recall(model, prompt), alone(model);
    const GenerationOptions options{.max_new_tokens = 20, .seed = i};
    const auto made = generate(model, memory, NoTokenizer{}, sampler, prompt, options);
    const auto expected = generate(model, alone, NoTokenizer{}, sampler, prompt, options);
    REQUIRE(made);
    REQUIRE(expected);
    CHECK(made->tokens == expected->tokens);
    CHECK(made->statistics.cached_tokens == (i == 0 ? 0 : 64));
    read += made->statistics.prompt_tokens - made->statistics.cached_tokens;
    prefixes.keep(memory);
  }
  CHECK(read == 80 + 4 * 16);  // of 5 * 80 tokens
}

TEST_CASE("What was generated is known as well, and never all of a prompt") {
  PagedLlama model = paged_llama();
  PrefixCache prefixes(model.start(), std::size_t{1} << 24);
  const Tokens text = random_text(64, 50);
  auto cache = model.start();
  model.forward(cache, text);
  prefixes.keep(cache, text);
  for (const std::size_t size : {1, 15, 16, 17, 33, 63, 64}) {
    auto restored = model.start();
    const auto prompt = std::span(text).first(size);
    const std::size_t known = prefixes.restore(restored, prompt);
    CHECK(known == (size - 1) / 16 * 16);
    CHECK(static_cast<std::size_t>(restored.length()) == known);
    auto fresh = model.start();
    CHECK(logits_after(model, restored, prompt.subspan(known)) ==
          logits_after(model, fresh, prompt));
  }
  auto restored = model.start();
  CHECK(prefixes.restore(restored, {}) == 0);
  Tokens other = text;
  other[40] = other[40] == 0 ? 1 : 0;  // in the third block
  CHECK(prefixes.restore(restored, other) == 32);
  Tokens shifted(text.begin() + 16, text.end());  // known blocks, but not at the beginning
  auto none = model.start();
  CHECK(prefixes.restore(none, shifted) == 0);
}

TEST_CASE("Blocks whose hashes are all the same are told apart by their tokens") {
  struct Same {
    std::uint64_t operator()(std::uint64_t, std::span<const TokenId>) const { return 5; }
  };
  PagedLlama model = paged_llama();
  BasicPrefixCache<Same> prefixes(model.start(), std::size_t{1} << 24);
  std::vector<Tokens> texts;
  for (unsigned i = 0; i < 4; ++i) texts.push_back(random_text(50, 50, i));
  texts.push_back(joined(Tokens(texts[0].begin(), texts[0].begin() + 16),  // another beginning
                         Tokens(texts[1].begin() + 16, texts[1].end())));
  for (const Tokens& text : texts) {
    auto cache = model.start(), fresh = model.start();
    const std::size_t known = prefixes.restore(cache, text);
    CHECK(known == (text == texts.back() ? 16 : 0));
    CHECK(logits_after(model, cache, std::span(text).subspan(known)) ==
          logits_after(model, fresh, text));
    prefixes.keep(cache, text);
  }
  for (const Tokens& text : texts) {
    auto cache = model.start(), fresh = model.start();
    CHECK(prefixes.restore(cache, text) == 48);
    CHECK(logits_after(model, cache, std::span(text).subspan(48)) ==
          logits_after(model, fresh, text));
  }
}

TEST_CASE("What was not used for the longest time goes first, and never before what follows it") {
  PagedLlama model = paged_llama();
  const std::size_t block = model.start().pool().block_bytes();
  PrefixCache prefixes(model.start(), 6 * block);
  const auto keep = [&](const Tokens& text) {
    auto cache = model.start();
    model.forward(cache, text);
    prefixes.keep(cache, text);
  };
  const auto known = [&](const Tokens& text) {
    auto cache = model.start();
    return prefixes.restore(cache, text);
  };
  const Tokens a = random_text(33, 50, 1), b = random_text(49, 50, 2), c = random_text(40, 50, 3);
  keep(a);
  keep(b);
  CHECK(prefixes.bytes() == 5 * block);
  CHECK(known(a) == 32);  // used again: now b is the oldest
  keep(c);
  CHECK(prefixes.bytes() == 6 * block);
  CHECK(known(a) == 32);
  CHECK(known(b) == 32);  // its last block went
  CHECK(known(c) == 32);

  PrefixCache none(model.start(), block - 1);
  auto cache = model.start();
  model.forward(cache, a);
  none.keep(cache, a);
  CHECK(none.bytes() == 0);
  const auto pool = cache.pool();
  cache = model.start();
  CHECK(pool.held_blocks() == 6);
}

TEST_CASE("A cache of another model, or one with tokens in it, is given nothing") {
  PagedLlama model = paged_llama(), other = paged_llama();
  PrefixCache prefixes(model.start(), std::size_t{1} << 24);
  const Tokens text = random_text(40, 50);
  auto cache = model.start(), strange = other.start();
  model.forward(cache, text);
  prefixes.keep(cache, std::span(text).first(39));  // not its tokens
  CHECK(prefixes.bytes() == 0);
  prefixes.keep(cache, text);
  CHECK(prefixes.restore(strange, text) == 0);
  CHECK(prefixes.restore(cache, text) == 0);
  CHECK(cache.length() == 40);
  auto sibling = model.sibling().start();
  CHECK(prefixes.restore(sibling, text) == 32);
  other.forward(strange, text);
  const std::size_t before = prefixes.bytes();
  prefixes.keep(strange, random_text(40, 50, 9));
  CHECK(prefixes.bytes() == before);
}

TEST_CASE("Threads with a model each share prefixes") {
  PagedLlama model = paged_llama();
  PrefixCache prefixes(model.start(), 20 * model.start().pool().block_bytes());
  std::vector<Tokens> prompts;
  std::vector<std::vector<float>> expected;
  for (unsigned i = 0; i < 6; ++i) {
    prompts.push_back(joined(random_text(40, 50, i % 2), random_text(20, 50, 10 + i)));
    auto cache = model.start();
    expected.push_back(logits_after(model, cache, prompts.back()));
  }
  std::vector<int> wrong(3);
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 3; ++t)
    threads.emplace_back([&, t, mine = model.sibling()]() mutable {
      for (unsigned i = 0; i < 20; ++i) {
        const std::size_t which = (i + t) % 6;
        auto memory = prefixes.recall(mine, prompts[which]);
        const auto logits = memory.read(mine, prompts[which]);
        wrong[t] += !std::ranges::equal(logits, expected[which]);
        prefixes.keep(memory);
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(3));
}
