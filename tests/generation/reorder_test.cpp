#include <tamis/generation/kv_cache.hpp>
#include <tamis/generation/reorder.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;

namespace {

/// A value that counts how often one was copied.
struct Counted {
  int value = 0;
  int* copies;
  Counted(int v, int* c) : value(v), copies(c) {}
  Counted(const Counted& other) : value(other.value), copies(other.copies) { ++*copies; }
  Counted& operator=(const Counted& other) {
    value = other.value;
    ++*copies;
    return *this;
  }
  Counted(Counted&&) = default;
  Counted& operator=(Counted&&) = default;
};

}  // namespace

/// What is left of {0, 10, 20, 30}, and how many copies it took.
static std::pair<std::vector<int>, int> reordered(const std::vector<int>& parents) {
  int copies = 0;
  std::vector<Counted> caches;
  for (int i = 0; i < 4; ++i) caches.emplace_back(10 * i, &copies);
  reorder(caches, std::span<const int>(parents));
  std::vector<int> values;
  for (const Counted& cache : caches) values.push_back(cache.value);
  return {values, copies};
}

TEST_CASE("Reordering gives each its parent, and copies only for a second child") {
  using Expected = std::pair<std::vector<int>, int>;
  CHECK(reordered({0, 1, 2, 3}) == Expected({0, 10, 20, 30}, 0));
  CHECK(reordered({3, 2, 1, 0}) == Expected({30, 20, 10, 0}, 0));
  CHECK(reordered({1, 1, 3, 1}) == Expected({10, 10, 30, 10}, 2));
  CHECK(reordered({2}) == Expected({20}, 0));
  CHECK(reordered({}) == Expected({}, 0));
  CHECK(reordered({0, 0, 0, 0, 0, 3}) == Expected({0, 0, 0, 0, 0, 30}, 4));
}

TEST_CASE("A copy is made into the memory of a cache that nobody goes on from") {
  std::vector<ContiguousKvCache> caches(2, ContiguousKvCache(1, 1, 16));
  for (auto& cache : caches) cache.extend(100);
  const float* freed = caches[1].run(0, 0, 0, 100).keys;
  const int parents[] = {0, 0};
  reorder(caches, std::span<const int>(parents));
  CHECK((caches[0].run(0, 0, 0, 100).keys == freed || caches[1].run(0, 0, 0, 100).keys == freed));
}
