#include <algorithm>
#include <limits>
#include <span>
#include <tamis/generation/generate.hpp>
#include <tamis/models/any_llama.hpp>
#include <tamis/policies/temperature.hpp>
#include <vector>

#include "catch.hpp"
#include "random_llama.hpp"

using namespace tamis;

constexpr KvCacheKind kinds[] = {KvCacheKind::contiguous, KvCacheKind::paged, KvCacheKind::window,
                                 KvCacheKind::int8};

TEST_CASE("A llama of a kind chosen while the program runs does what the llama of that kind does") {
  TinyLlama tiny;
  const Llama plain = loaded(tiny.make());
  const auto check = [&](KvCacheKind kind, auto model) {
    INFO(name_of(kind));
    AnyLlama any(plain, kind, 2, 30);
    CHECK(any.kind() == kind);
    CHECK(any.vocab_size() == 50);
    CHECK(any.layer_count() == 2);
    CHECK(any.hidden_size() == 64);
    CHECK(any.has_tied_output());
    CHECK(any.bytes() == plain.bytes());
    CHECK(any.context_size() ==
          (kind == KvCacheKind::window ? std::numeric_limits<int>::max() : 1024));
    const auto ids = random_text(80, 50), more = random_text(5, 50, 2);
    auto a = any.start();
    auto b = model.start();
    CHECK(logits_after(any, a, ids) == logits_after(model, b, ids));
    CHECK(a.length() == 80);
    CHECK(a.bytes() == b.bytes());
    CHECK(a.bytes_per_token() == b.bytes_per_token());

    auto fork = a.fork();
    std::vector<std::vector<float>> each;
    any.forward_each(fork, more, [&](std::size_t, std::span<const float> logits) {
      each.emplace_back(logits.begin(), logits.end());
    });
    REQUIRE(each.size() == 5);
    CHECK(fork.rewind(82));
    CHECK(logits_after(any, fork, std::span(more).subspan(2)) == each.back());

    std::vector<float> hidden;
    auto other = a;
    const int layers[] = {2};
    any.forward_layers(other, more, layers, [&](int, std::size_t, std::span<const float> state) {
      hidden.assign(state.begin(), state.end());
    });
    CHECK(std::ranges::equal(any.logits_of_hidden(hidden), each.back()));

    auto first = any.start(), second = a;
    const BatchEntry<AnyLlama> entries[]{{&first, ids}, {&second, more}};
    std::vector<std::vector<float>> given;
    any.forward_batch(entries, [&](std::size_t, std::span<const float> logits) {
      given.emplace_back(logits.begin(), logits.end());
    });
    REQUIRE(given.size() == 2);
    CHECK(given[1] == each.back());
  };
  check(KvCacheKind::contiguous, plain.sibling());
  check(KvCacheKind::paged, plain.with_cache<PagedKvCache>());
  check(KvCacheKind::window, plain.with_cache<WindowKvCache>(1, 4, 30));
  check(KvCacheKind::int8, plain.with_cache<QuantizedKvCache>());
}

TEST_CASE("Exact kinds of caches generate the same tokens") {
  TinyLlama tiny;
  const Llama plain = loaded(tiny.make());
  const auto prompt = random_text(20, 50);
  std::vector<std::vector<TokenId>> made;
  for (const KvCacheKind kind : kinds) {
    AnyLlama model(plain, kind);
    const auto generated = generate(model, NoTokenizer{}, Sampler{Temperature{1.0f}}, prompt,
                                    {.max_new_tokens = 60, .seed = 4});
    REQUIRE(generated);
    made.push_back(generated->tokens);
  }
  CHECK(made[0].size() == 60);
  CHECK(made[1] == made[0]);
  CHECK(made[2] == made[0]);  // the window is longer than the text
}

TEST_CASE("A window refuses to go back too far, whoever asks; the others go anywhere") {
  TinyLlama tiny;
  const Llama plain = loaded(tiny.make());
  const auto ids = random_text(500, 50);
  for (const KvCacheKind kind : kinds) {
    INFO(name_of(kind));
    AnyLlama model(plain, kind, 1, 40);
    auto cache = model.start();
    for (int i = 0; i < 5; ++i) model.forward(cache, std::span(ids).subspan(100 * i, 100));
    CHECK(cache.check_rewind(100).has_value() == (kind != KvCacheKind::window));
    CHECK(cache.rewind(100) == (kind != KvCacheKind::window));
    CHECK(cache.length() == (kind == KvCacheKind::window ? 500 : 100));
  }
}

TEST_CASE("A cache of another kind is refused, alone and in a batch") {
  TinyLlama tiny;
  const Llama plain = loaded(tiny.make());
  AnyLlama paged(plain, KvCacheKind::paged), bytes(plain, KvCacheKind::int8);
  auto its = paged.start(), strange = bytes.start();
  const auto ids = random_text(5, 50);
  const auto checked = paged.check(strange, ids);
  REQUIRE_FALSE(checked);
  CHECK(checked.error().message == "the cache is of another kind; begin with start()");
  CHECK(paged.forward(strange, ids).empty());
  paged.forward_each(strange, ids, [](std::size_t, std::span<const float>) { FAIL("visited"); });
  const BatchEntry<AnyLlama> entries[]{{&strange, ids}, {&its, ids}};
  std::vector<std::size_t> sizes;
  paged.forward_batch(
      entries, [&](std::size_t, std::span<const float> logits) { sizes.push_back(logits.size()); });
  CHECK(sizes == std::vector<std::size_t>{0, 50});
  CHECK(strange.length() == 0);
  CHECK(its.length() == 5);
}
