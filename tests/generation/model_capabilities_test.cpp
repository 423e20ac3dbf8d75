#include <memory>
#include <span>
#include <tamis/generation/classifier_free_guidance.hpp>
#include <tamis/generation/forward_batch.hpp>
#include <tamis/generation/model_capabilities.hpp>
#include <tamis/generation/paged_kv_cache.hpp>
#include <tamis/generation/window_kv_cache.hpp>
#include <tamis/models/llama.hpp>
#include <tamis/testing/toy_model.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;
using tamis::testing::ToyModel;

namespace {

/// Has a cache that can only be moved and only grows, as one on a device may be.
struct OneWay {
  struct Cache {
    std::unique_ptr<int> length = std::make_unique<int>(0);
  };
  TokenId vocab_size() const { return 2; }
  Cache start() const { return {}; }
  std::vector<float> forward(Cache& cache, std::span<const TokenId> ids) {
    *cache.length += static_cast<int>(ids.size());
    return {0, static_cast<float>(*cache.length)};
  }
};

}  // namespace

static_assert(ForkingModel<Llama> && RewindingModel<Llama> && BatchModel<Llama>);
static_assert(ForkingModel<BasicLlama<PagedKvCache>> && BatchModel<BasicLlama<WindowKvCache>>);
static_assert(ForkingModel<ToyModel> && RewindingModel<ToyModel> && !BatchModel<ToyModel>);
static_assert(LanguageModel<OneWay> && !ForkingModel<OneWay> && !RewindingModel<OneWay>);
static_assert(RewindingModel<ClassifierFreeGuidance<ToyModel>>);
static_assert(!RewindingModel<ClassifierFreeGuidance<OneWay>>);

TEST_CASE("A model that can only read on takes part in a batch all the same") {
  OneWay model;
  std::vector<OneWay::Cache> caches(2);
  const std::vector<TokenId> a{0}, b{1, 1, 0};
  const BatchEntry<OneWay> entries[]{{&caches[0], a}, {&caches[1], b}};
  std::vector<float> last;
  forward_batch(model, entries, [&](std::size_t, const auto& z) { last.push_back(z[1]); });
  CHECK(last == std::vector<float>{1, 3});
}
