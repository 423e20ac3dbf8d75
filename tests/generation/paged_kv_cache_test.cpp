#include <chrono>
#include <span>
#include <tamis/generation/forward_batch.hpp>
#include <tamis/generation/paged_kv_cache.hpp>
#include <tamis/generation/reorder.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "../models/random_llama.hpp"
#include "catch.hpp"

using namespace tamis;
using PagedLlama = BasicLlama<PagedKvCache>;

TEST_CASE("Logits from a paged cache are those from a contiguous one to the bit") {
  TinyLlama tiny{.type = TensorType::q4_1};
  tiny.make();
  const auto ids = random_text(300, tiny.vocabulary);
  for (const Kernels* kernels : usable_kernels())
    for (const auto& [block_size, threads] : {std::pair{16, 1}, {32, 3}, {80, 1}, {16, 3}}) {
      INFO(kernels->name << ", blocks of " << block_size << ", " << threads << " threads");
      Llama plain = loaded(tiny, *kernels);
      PagedLlama paged = plain.with_cache<PagedKvCache>(threads, block_size);
      auto a = plain.start();
      auto b = paged.start();
      CHECK(b.block_size() == block_size);
      std::size_t done = 0;
      for (const std::size_t count : {1, 14, 1, 1, 15, 2, 47, 100, 1, 118}) {
        const auto part = std::span(ids).subspan(done, count);
        REQUIRE(logits_after(plain, a, part) == logits_after(paged, b, part));
        done += count;
      }
      // Back to where a block begins, ends and goes on, and another way from there.
      for (const int length : {161, 160, 159, 33, 32, 31, 1, 0}) {
        a.rewind(length);
        b.rewind(length);
        REQUIRE(b.length() == length);
        const auto other = random_text(40, tiny.vocabulary, static_cast<unsigned>(length));
        REQUIRE(logits_after(plain, a, other) == logits_after(paged, b, other));
      }
    }
}

TEST_CASE("Forks that are read in turn, rewound and reordered never see each other's tokens") {
  TinyLlama tiny;
  Llama plain = loaded(tiny.make());
  PagedLlama paged = plain.with_cache<PagedKvCache>(1, 16);
  std::mt19937 random(3);
  std::vector<Llama::Cache> expected(1, plain.start());
  std::vector<PagedKvCache> caches(1, paged.start());
  for (int step = 0; step < 150; ++step) {
    const std::size_t i = random() % caches.size();
    if (caches.size() < 6 && step % 3 == 0) {
      caches.push_back(caches[i].fork());
      expected.push_back(expected[i].fork());
    }
    if (step % 17 == 16) {
      std::vector<int> parents;
      for (std::size_t k = 0; k < caches.size(); ++k)
        parents.push_back(static_cast<int>(random() % caches.size()));
      reorder(caches, std::span<const int>(parents));
      reorder(expected, std::span<const int>(parents));
    }
    if (step % 5 == 4) {
      const int length = static_cast<int>(random() % (caches[i].length() + 1));
      caches[i].rewind(length);
      expected[i].rewind(length);
    }
    const auto ids = random_text(static_cast<int>(random() % 20 + 1), tiny.vocabulary, random());
    REQUIRE(logits_after(paged, caches[i], ids) == logits_after(plain, expected[i], ids));
  }
}

TEST_CASE("A batch of forks gives each the logits that it has alone") {
  TinyLlama tiny;
  Llama plain = loaded(tiny.make());
  PagedLlama paged = plain.with_cache<PagedKvCache>(2, 16);
  auto prompt = paged.start();
  auto expected = plain.start();
  const auto ids = random_text(21, tiny.vocabulary);
  paged.forward(prompt, ids);
  plain.forward(expected, ids);
  std::vector<PagedKvCache> forks(5, prompt);
  std::vector<std::vector<TokenId>> news;
  std::vector<BatchEntry<PagedLlama>> entries;
  for (int b = 0; b < 5; ++b) news.push_back(random_text(7 * b + 1, tiny.vocabulary, b));
  for (std::size_t b = 0; b < 5; ++b) entries.push_back({&forks[b], news[b]});
  forward_batch(paged, entries, [&](std::size_t b, std::span<const float> logits) {
    auto alone = expected.fork();
    CHECK(std::ranges::equal(logits, logits_after(plain, alone, news[b])));
  });
}

TEST_CASE("A fork takes no memory until it writes, and then that of one block") {
  PagedKvCache cache(2, 3, 16, 16);
  const std::size_t block = std::size_t{2} * 3 * 16 * (16 + 16) * sizeof(float);
  CHECK(cache.bytes_per_token() == block / 16);
  cache.extend(40);
  CHECK(cache.bytes() == 3 * block);
  CHECK(cache.pool().blocks() == 3);
  PagedKvCache fork = cache;
  CHECK(cache.pool().blocks() == 3);
  fork.extend(1);
  CHECK(cache.pool().blocks() == 4);
  CHECK(fork.blocks()[1] == cache.blocks()[1]);
  CHECK_FALSE(fork.blocks()[2] == cache.blocks()[2]);
  cache.extend(1);  // alone with it by now
  CHECK(cache.pool().blocks() == 4);
  fork.rewind(33);
  fork = cache;
  fork.rewind(32);
  fork.extend(1);  // a block of its own: none is copied
  CHECK(cache.pool().held_blocks() == 4);
}

TEST_CASE("Blocks are held by none after a thousand forks and drops, and memory stays flat") {
  PagedKvCache cache(1, 1, 16, 16);
  cache.extend(100);
  std::mt19937 random(1);
  std::vector<PagedKvCache> forks;
  std::size_t most = 0;
  for (int i = 0; i < 1000; ++i) {
    forks.push_back(forks.empty() ? cache : forks[random() % forks.size()]);
    forks.back().extend(static_cast<int>(random() % 30));
    if (random() % 3 == 0) forks.back().rewind(static_cast<int>(random() % 100));
    if (forks.size() > 10) forks.erase(forks.begin() + static_cast<int>(random() % 10));
    if (i == 500) most = cache.pool().blocks();
  }
  CHECK(cache.pool().blocks() <= most + most / 2);
  const auto pool = cache.pool();
  forks.clear();
  CHECK(pool.held_blocks() == 7);
  cache.rewind(0);
  CHECK(pool.held_blocks() == 0);
  CHECK(pool.blocks() < 200);
}

TEST_CASE("Forks of one cache are read on several threads at once") {
  TinyLlama tiny{.layers = 1};
  Llama plain = loaded(tiny.make());
  PagedLlama paged = plain.with_cache<PagedKvCache>(1, 16);
  auto prompt = paged.start();
  auto expected = plain.start();
  const auto ids = random_text(25, tiny.vocabulary);
  paged.forward(prompt, ids);
  plain.forward(expected, ids);
  std::vector<std::vector<float>> found(3);
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 3; ++t)
    threads.emplace_back([&, t, fork = prompt, model = paged.sibling()]() mutable {
      for (int i = 0; i < 20; ++i) {
        auto mine = fork;
        found[t] = logits_after(model, mine, random_text(10, tiny.vocabulary, t));
      }
    });
  for (auto& thread : threads) thread.join();
  for (unsigned t = 0; t < 3; ++t) {
    auto alone = expected;
    CHECK(found[t] == logits_after(plain, alone, random_text(10, tiny.vocabulary, t)));
  }
  CHECK(prompt.pool().held_blocks() == 2);
}

TEST_CASE("Known blocks are appended where a block begins") {
  PagedKvCache a(1, 1, 16), b = a;
  a.extend(70);
  CHECK(b.append(a.blocks()[0]));
  CHECK(b.length() == a.block_size());
  b.extend(1);
  CHECK_FALSE(b.append(a.blocks()[1]));
  CHECK(b.length() == a.block_size() + 1);
}
