/// \file batch_real_model_test.cpp
/// Batches on SmolLM2-135M-Instruct.

#include <cstdint>
#include <string>
#include <tamis/generation/batch.hpp>
#include <tamis/generation/generate.hpp>
#include <tamis/generation/paged_kv_cache.hpp>
#include <tamis/generation/prefix_cache.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tuple>
#include <type_traits>
#include <vector>

#include "catch.hpp"
#include "real_model.hpp"

using namespace tamis;
using Chain = Sampler<Temperature, TopK>;

static const char* const beginnings[] = {"The capital of France is", "Once upon a time",
                                         "def fibonacci(n):", "The meaning of life, they said, is"};

/// The tokens of requests of the same model, drawn alone and in batches: prompts of other lengths,
/// other samplers and seeds.
static BatchRequest<Chain> request(const Bpe& tokenizer, std::uint64_t number) {
  std::string prompt;
  for (std::uint64_t i = 0; i <= number % 3; ++i) prompt += beginnings[(number + i) % 4];
  return {tokenizer.encode(prompt),
          Chain{Temperature{0.3f + 0.2f * static_cast<float>(number % 5)}, TopK{50}},
          {.max_new_tokens = 4 + static_cast<int>(number % 4), .seed = number}};
}

TEST_CASE("A real model draws the same tokens in a batch as alone, on one thread and on two") {
  RealModel* const it = real_model();
  if (!it) return;
  auto& model = it->model;  // not a structured binding: clang 14 lets no lambda name one
  const auto& tokenizer = it->tokenizer;
  constexpr std::uint64_t requests = 16;
  std::vector<std::vector<TokenId>> alone;
  for (std::uint64_t number = 0; number < requests; ++number) {
    const auto asked = request(tokenizer, number);
    const auto made = generate(model, tokenizer, asked.sampler, asked.prompt, asked.options);
    REQUIRE(made);
    alone.push_back(made->tokens);
  }
  const auto check = [&](auto& other, int size, auto&&... prefixes) {
    using Model = std::remove_reference_t<decltype(other)>;
    using Requests = Batch<Model, Chain, Bpe, std::tuple<>,
                           std::conditional_t<sizeof...(prefixes) == 0, NoPrefixes, PrefixCache&>>;
    auto batch = Requests::of(other, tokenizer, {.max_running = size, .max_prefill_tokens = 9},
                              prefixes...);
    REQUIRE(batch);
    for (std::uint64_t number = 0; number < requests; ++number)
      REQUIRE(batch->add(request(tokenizer, number)));
    batch->run();
    for (std::uint64_t number = 0; number < requests; ++number)
      CHECK(batch->take(number)->front().tokens == alone[number]);
  };
  check(model, 16);
  auto two = model.sibling(2);
  check(two, 5);
  auto paged = model.with_cache<PagedKvCache>();
  PrefixCache prefixes(paged.start(), 1 << 24);
  check(paged, 4, prefixes);
  check(paged, 16, prefixes);  // now the beginnings are known
}

TEST_CASE("Forks of a prompt on a real model are what each is alone") {
  RealModel* const it = real_model();
  if (!it) return;
  const Bpe& tokenizer = it->tokenizer;
  auto model = it->model.with_cache<PagedKvCache>();
  auto asked = request(tokenizer, 2);
  asked.sequences = 4;
  auto batch = *Batch<decltype(model), Chain, Bpe>::of(model, tokenizer);
  const auto id = batch.add(asked);
  batch.run();
  const auto made = batch.take(*id);
  REQUIRE(made);
  for (std::size_t k = 0; k < 4; ++k) {
    GenerationOptions options = asked.options;
    options.seed = sequence_seed(options.seed, k);
    CHECK((*made)[k].tokens ==
          generate(it->model, tokenizer, asked.sampler, asked.prompt, options)->tokens);
  }
}
