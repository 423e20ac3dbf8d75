#include <algorithm>
#include <tamis/generation/kv_block_pool.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"

using tamis::KvBlockPool;

TEST_CASE("A block comes back to the pool when its last holder lets it go, and is taken again") {
  KvBlockPool pool(100);
  CHECK(pool.block_bytes() == 400);
  CHECK(pool.blocks() == 0);
  KvBlockPool::Block a = pool.take();
  const float* where = a.data();
  CHECK(a.is_own());
  {
    const KvBlockPool::Block b = a;
    CHECK(b == a);
    CHECK_FALSE(a.is_own());
    CHECK(pool.held_blocks() == 1);
  }
  CHECK(a.is_own());
  a = {};
  CHECK(pool.held_blocks() == 0);
  CHECK(pool.blocks() == 1);
  a = pool.take();
  CHECK(a.data() == where);
  CHECK(pool.blocks() == 1);
  const KvBlockPool::Block c = pool.take();
  CHECK(pool.blocks() == 2);
  a = c;
  CHECK(pool.held_blocks() == 1);
  pool.shrink();
  CHECK(pool.blocks() == 1);
}

TEST_CASE("To make a block one's own copies it only if somebody else holds it") {
  KvBlockPool pool(5);
  auto a = pool.take();
  std::fill_n(a.data(), 5, 7.0f);
  const float* where = a.data();
  pool.make_own(a);
  CHECK(a.data() == where);
  auto b = a;
  pool.make_own(b);
  CHECK(a.data() == where);
  CHECK(b.data() != where);
  CHECK(std::count(b.data(), b.data() + 5, 7.0f) == 5);
  b.data()[0] = 1;
  CHECK(a.data()[0] == 7);
}

TEST_CASE("A pool lives as long as its blocks") {
  KvBlockPool::Block block;
  {
    KvBlockPool pool(3);
    block = pool.take();
  }
  block.data()[2] = 1;
  const auto other = std::move(block);
  CHECK(other.data()[2] == 1);
}

TEST_CASE("Threads share blocks, and all come back") {
  KvBlockPool pool(16);
  std::vector<KvBlockPool::Block> common;
  for (int i = 0; i < 8; ++i) common.push_back(pool.take());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&pool, mine = common, t]() mutable {
      for (int i = 0; i < 2000; ++i) {
        auto copy = mine;
        auto& one = copy[static_cast<std::size_t>(i % 8)];
        pool.make_own(one);
        one.data()[0] = static_cast<float>(t);
        mine[static_cast<std::size_t>((i + t) % 8)] = one;
        if (one.data()[0] != static_cast<float>(t)) std::abort();
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(pool.held_blocks() == 8);
  common.clear();
  CHECK(pool.held_blocks() == 0);
  CHECK(pool.blocks() <= 8 + 4 * 9);
}
