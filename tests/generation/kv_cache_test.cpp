#include <tamis/generation/kv_cache.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;

/// Writes a key and a value that say where they are.
static void write(ContiguousKvCache& cache, int layer, int head, int position, float mark) {
  std::vector<float> key, value;
  for (int i = 0; i < cache.head_size(); ++i) {
    key.push_back(mark + static_cast<float>(i));
    value.push_back(-mark - static_cast<float>(i));
  }
  cache.write(layer, head, position, key.data(), value.data());
}

static bool holds(const ContiguousKvCache& cache, int layer, int head, int position, float mark) {
  const auto run = cache.run(layer, head, position / 16 * 16, cache.length());
  const float* keys = run.keys + position % 16;
  const float* values = run.values + position % 16 * cache.value_stride();
  for (int i = 0; i < cache.head_size(); ++i)
    if (keys[16 * i] != mark + static_cast<float>(i) || values[i] != -mark - static_cast<float>(i))
      return false;
  return true;
}

static void append(ContiguousKvCache& cache, int count, float mark) {
  const int begin = cache.length();
  cache.extend(count);
  for (int layer = 0; layer < cache.layers(); ++layer)
    for (int head = 0; head < cache.heads(); ++head)
      for (int position = begin; position < cache.length(); ++position)
        write(cache, layer, head, position,
              mark + static_cast<float>(10000 * layer + 1000 * head + 20 * position));
}

static bool holds_all(const ContiguousKvCache& cache, int begin, int end, float mark) {
  for (int layer = 0; layer < cache.layers(); ++layer)
    for (int head = 0; head < cache.heads(); ++head)
      for (int position = begin; position < end; ++position)
        if (!holds(cache, layer, head, position,
                   mark + static_cast<float>(10000 * layer + 1000 * head + 20 * position)))
          return false;
  return true;
}

TEST_CASE("A cache keeps what was written while it grows, one token or many at a time") {
  ContiguousKvCache cache(2, 3, 10);
  CHECK(cache.length() == 0);
  CHECK(cache.bytes() == 0);
  CHECK(cache.value_stride() == 16);
  for (const int count : {1, 1, 14, 1, 30, 3}) append(cache, count, 0.5f);
  CHECK(cache.length() == 50);
  CHECK(holds_all(cache, 0, 50, 0.5f));
  CHECK(cache.bytes_per_token() == (10 + 16) * 6 * sizeof(float));
  // 64 positions of 10 keys and 16 values each, for 2 layers and 3 heads.
  CHECK(cache.bytes() == std::size_t{64} * (10 + 16) * 6 * sizeof(float));
}

TEST_CASE("A copy and a fork of a cache go their own ways") {
  ContiguousKvCache cache(1, 2, 16);
  append(cache, 20, 0);
  ContiguousKvCache copy = cache, fork = cache.fork();
  append(cache, 10, 100);
  append(copy, 15, 200);
  CHECK(cache.length() == 30);
  CHECK(copy.length() == 35);
  CHECK(fork.length() == 20);
  for (const auto* each : {&cache, &copy, &fork}) CHECK(holds_all(*each, 0, 20, 0));
  CHECK(holds_all(cache, 20, 30, 100));
  CHECK(holds_all(copy, 20, 35, 200));
}

TEST_CASE("Rewinding forgets the last tokens and keeps the first") {
  ContiguousKvCache cache(1, 1, 16);
  append(cache, 40, 0);
  cache.rewind(25);
  CHECK(cache.length() == 25);
  append(cache, 5, 300);
  CHECK(holds_all(cache, 0, 25, 0));
  CHECK(holds_all(cache, 25, 30, 300));
  cache.rewind(99);
  CHECK(cache.length() == 30);
  cache.rewind(-1);
  CHECK(cache.length() == 0);
}

static_assert(KvCache<ContiguousKvCache> && !KvCache<int>);
