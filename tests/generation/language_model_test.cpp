#include <span>
#include <tamis/generation/kv_cache.hpp>
#include <tamis/generation/language_model.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;

namespace {

/// A model that counts: the likeliest next token is the sum of all so far, modulo the vocabulary.
struct Counting {
  using Cache = int;

  std::vector<float> logits = std::vector<float>(10);

  TokenId vocab_size() const { return 10; }
  Cache start() const { return 0; }
  std::span<const float> forward(Cache& cache, std::span<const TokenId> ids) {
    for (const TokenId id : ids) cache += id;
    logits.assign(10, 0);
    logits[static_cast<std::size_t>(cache % 10)] = 1;
    return logits;
  }
};

struct WithoutStart {
  using Cache = int;
  TokenId vocab_size() const { return 10; }
  std::span<const float> forward(Cache&, std::span<const TokenId>) { return {}; }
};

struct OfAnotherCache : Counting {
  using Cache = ContiguousKvCache;
};

}  // namespace

static_assert(LanguageModel<Counting> && !LanguageModel<WithoutStart> &&
              !LanguageModel<OfAnotherCache>);
static_assert(!LanguageModel<int>);

TEST_CASE("The laws of a language model hold for one that counts") {
  Counting model;
  auto at_once = model.start(), pieces = model.start();
  const std::vector<TokenId> ids = {3, 4, 5};
  const auto logits = model.forward(at_once, ids);
  const std::vector<float> expected(logits.begin(), logits.end());
  model.forward(pieces, std::span(ids).first(1));
  auto copy = pieces;
  model.forward(copy, std::span(ids).first(2));
  const auto same = model.forward(pieces, std::span(ids).last(2));
  CHECK(std::vector<float>(same.begin(), same.end()) == expected);
  CHECK(copy != pieces);
}
