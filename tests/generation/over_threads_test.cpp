#include <tamis/generation/over_threads.hpp>

#include <atomic>
#include <cstdint>
#include <random>
#include <tamis/generation/draw_rows.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/sampler.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("Each row is done once, on any number of threads") {
  for (const int threads : {1, 2, 5}) {
    Workers workers(threads);
    for (const std::size_t count : {0u, 1u, 2u, 64u, 1000u}) {
      std::vector<std::atomic<int>> done(count);
      OverThreads{workers}(count, [&](std::size_t i) { ++done[i]; });
      for (const auto& times : done) CHECK(times == 1);
    }
  }
}

TEST_CASE("The tokens of a batch are the same on any number of threads") {
  constexpr std::size_t rows = 64, vocab_size = 2000;
  std::mt19937 random(9);
  std::normal_distribution<float> normal(0, 3);
  std::vector<float> logits(rows * vocab_size);
  for (float& logit : logits) logit = normal(random);
  using Chain = Sampler<Temperature, TopP>;
  const std::vector<Chain> samplers(rows, Chain{Temperature{0.9f}, TopP{0.9f}});
  std::vector<Sequence> sequences;
  for (std::size_t b = 0; b < rows; ++b) sequences.emplace_back(std::vector<TokenId>{1, 2}, 100 + b);

  const auto drawn = [&](auto&& for_each) {
    auto own = samplers;
    std::vector<Choice> choices(rows);
    draw_rows(logits, std::span<Chain>(own), sequences, choices, for_each);
    std::vector<TokenId> tokens;
    for (const Choice& choice : choices) tokens.push_back(choice.token);
    return tokens;
  };
  const auto alone = drawn(InTurn{});
  for (const int threads : {1, 2, 3, 8}) {
    Workers workers(threads);
    CHECK(drawn(OverThreads{workers}) == alone);
  }
}
