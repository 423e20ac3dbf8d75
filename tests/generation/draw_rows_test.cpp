#include <tamis/generation/draw_rows.hpp>

#include <cstdint>
#include <limits>
#include <random>
#include <tamis/policies/mirostat.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/sampler.hpp>
#include <thread>
#include <vector>

#include "catch.hpp"

using namespace tamis;

namespace {

constexpr std::size_t rows = 33, vocab_size = 1000;

using Chain = Sampler<RepetitionPenalty, TopK, Temperature>;

/// Rows, each with its own sampler and its own history.
struct Batch {
  std::vector<float> logits;
  std::vector<Chain> samplers;
  std::vector<Sequence> sequences;

  Batch() {
    std::mt19937 random(5);
    std::normal_distribution<float> normal(0, 3);
    for (std::size_t i = 0; i < rows * vocab_size; ++i) logits.push_back(normal(random));
    for (std::size_t b = 0; b < rows; ++b) {
      const auto share = static_cast<float>(b) / rows;
      samplers.push_back(Chain{RepetitionPenalty{1 + share}, TopK{static_cast<unsigned>(1 + b)}, Temperature{0.2f + share}});
      sequences.emplace_back(std::vector<TokenId>{static_cast<TokenId>(b), 7, 7}, 1000 + b);
    }
  }

  std::vector<Choice> drawn(auto&& for_each) {
    std::vector<Choice> choices(rows);
    draw_rows(logits, std::span<Chain>(samplers), sequences, choices, for_each);
    return choices;
  }
};

/// Every thread takes every fourth row, the last first.
struct FourThreads {
  void operator()(std::size_t count, auto&& draw_one) const {
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 4; ++t)
      threads.emplace_back([=] {
        for (std::size_t i = count; i-- > 0;)
          if (i % 4 == t) draw_one(i);
      });
    for (auto& thread : threads) thread.join();
  }
};

}  // namespace

TEST_CASE("Each row of a batch draws what it draws alone, in turn and by threads") {
  Batch batch;
  const auto in_turn = batch.drawn(InTurn{}), by_threads = batch.drawn(FourThreads{});
  int differ = 0;
  for (std::size_t b = 0; b < rows; ++b) {
    auto row = row_of(std::span(batch.logits).subspan(b * vocab_size, vocab_size), batch.sequences[b].stream(),
                      batch.sequences[b].facts());
    const Choice alone = batch.samplers[b](row);
    differ += alone.token != in_turn[b].token || alone.logit != in_turn[b].logit;
    differ += alone.token != by_threads[b].token || alone.logit != by_threads[b].logit;
  }
  CHECK(differ == 0);
}

TEST_CASE("A row that cannot be drawn from says so and disturbs no other") {
  Batch batch;
  const auto whole = batch.drawn(InTurn{});
  batch.logits[4 * vocab_size + 17] = std::numeric_limits<float>::quiet_NaN();
  std::fill_n(batch.logits.begin() + 9 * vocab_size, vocab_size, masked);
  const auto drawn = batch.drawn(InTurn{});
  CHECK(drawn[4].fault == Fault::invalid_logit);
  CHECK(drawn[9].fault == Fault::all_masked);
  int differ = 0;
  for (std::size_t b = 0; b < rows; ++b) differ += b != 4 && b != 9 && drawn[b].token != whole[b].token;
  CHECK(differ == 0);
}

TEST_CASE("A sampler of a batch learns from its own row, and from that alone") {
  const std::vector<float> logits{0, 1, 2, 0, 1, 2};
  std::vector<Sampler<Mirostat>> samplers{Sampler{Mirostat{1, 0.5f, 2}}, Sampler{Mirostat{1, 0.0f, 2}}};
  const std::vector<Sequence> sequences(2);
  std::vector<Choice> choices(2);
  const auto alone = [&](std::size_t b) {
    auto row = row_of(std::span(logits).first(3), sequences[b].stream());
    return Sampler<Mirostat>(samplers[b]).distribution(row).kept().size();
  };
  const auto before = alone(1);
  for (int step = 0; step < 40; ++step) draw_rows(logits, std::span<Sampler<Mirostat>>(samplers), sequences, choices);
  CHECK(alone(1) == before);
  CHECK(alone(0) > before);  // three tokens surprise by less than a nat on average, so more are let in
}

TEST_CASE("A batch of nothing draws nothing") {
  std::vector<Chain> samplers;
  draw_rows({}, std::span<Chain>(samplers), {}, {});
  CHECK(samplers.empty());
}
