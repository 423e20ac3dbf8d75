/// \file peer_defects_test.cpp
/// What was found wrong in other engines, one test each. What concerns beams is tested with them,
/// what concerns drafts with speculative decoding.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <tamis/backends/eigen.hpp>
#include <tamis/backends/simd.hpp>
#include <tamis/backends/team.hpp>
#include <tamis/core/bfloat16.hpp>
#include <tamis/core/float16.hpp>
#include <tamis/core/half.hpp>
#include <tamis/generation/batch.hpp>
#include <tamis/generation/generate.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/min_p.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/testing/chi_squared.hpp>
#include <tamis/testing/toy_model.hpp>
#include <vector>

#include "catch.hpp"
#include "pieces.hpp"

using namespace tamis;
using tamis::testing::ToyModel;
using Tokens = std::vector<TokenId>;

static Generation made(Result<Generation> result) {
  if (!result) FAIL(result.error().message);
  return *std::move(result);
}

/// What a sampler keeps of a row.
template <class S, class Logits>
static Tokens kept(const S& sampler, const Logits& logits) {
  auto row = row_of(logits, Stream{});
  Tokens ids;
  for (const auto& each : sampler.distribution(row).kept()) ids.push_back(each.id);
  return ids;
}

static std::vector<float> logits_of(const std::vector<double>& probabilities) {
  std::vector<float> logits;
  for (const double p : probabilities) logits.push_back(static_cast<float>(std::log(p)));
  return logits;
}

TEST_CASE("1: draws are independent from step to step, however quickly the steps follow") {
  // ExecuTorch seeds a new generator for each token with the time in seconds.
  constexpr std::size_t size = 8, steps = 40000;
  auto model =
      ToyModel::bigram(std::vector<std::vector<float>>(size, std::vector<float>(size, 0.0f)));
  const auto run = made(generate(model, NoTokenizer{}, Sampler{Temperature{1}}, Tokens{0},
                                 {.max_new_tokens = static_cast<int>(steps), .seed = 5}));
  testing::DrawCounts pairs(size * size);
  for (std::size_t i = 1; i < steps; i += 2)
    pairs.add(run.tokens[i - 1] * static_cast<TokenId>(size) + run.tokens[i]);
  const std::vector<double> flat(size * size, 1.0 / (size * size));
  const auto report = testing::chi_squared(flat, pairs, 1e-4);
  INFO(report.statistic);
  CHECK(report.statistic < report.critical());
}

TEST_CASE("2: top-k and top-p hold together, at any temperature, on logits of half precision") {
  // In ExecuTorch top-k switches top-p off, and the softmax adds in the type of the logits, in
  // which a sum of many small numbers stands still.
  const std::vector<float> row = logits_of({0.4, 0.3, 0.15, 0.1, 0.05});
  CHECK(kept(Sampler{TopK{3}, TopP{0.9f}}, row) == Tokens{0, 1, 2});
  CHECK(kept(Sampler{TopK{3}, TopP{0.7f}}, row) == Tokens{0, 1});
  CHECK(kept(Sampler{TopK{1}, TopP{0.99f}}, row) == Tokens{0});
  CHECK(kept(Sampler{Temperature{3}, TopP{0.75f}}, row).size() == 4);

  constexpr std::size_t size = 50000;
  std::vector<Float16> halves(size);
  std::vector<BFloat16> brains(size);
  for (std::size_t id = 0; id < size; ++id) {
    const float logit = 4 * Stream{3, id}.uniform(0, 0);
    halves[id].bits = half_of_float(logit);
    brains[id].bits = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(logit) >> 16);
  }
  const auto check = [&](const auto& numbers) {
    const std::vector<float> logits(numbers.begin(), numbers.end());
    double total = 0;
    for (const float z : logits) total += std::exp(static_cast<double>(z) / 1.5);
    auto executor = row_of(numbers, Stream{});
    double worst = 0;
    for (const auto& each : Sampler{Temperature{1.5f}}.distribution(executor).kept()) {
      const double exact =
          std::exp(static_cast<double>(logits[static_cast<std::size_t>(each.id)]) / 1.5) / total;
      worst = std::max(worst, std::abs(each.probability - exact) / exact);
    }
    CHECK(worst < 2e-6);
    // The nucleus of 0.9 of so many tokens is where the sum in double says.
    std::vector<float> sorted = logits;
    std::ranges::sort(sorted, std::greater());
    double mass = 0;
    std::size_t count = 0;
    const double all = std::accumulate(logits.begin(), logits.end(), 0.0, [](double sum, float z) {
      return sum + std::exp(double{z});
    });
    while (mass < 0.9 * all) mass += std::exp(double{sorted[count++]});
    const float last = sorted[count - 1];
    const auto expected = std::ranges::count_if(logits, [&](float z) { return z >= last; });
    CHECK(kept(Sampler{TopP{0.9f}}, numbers).size() == static_cast<std::size_t>(expected));
  };
  check(halves);
  check(brains);
}

TEST_CASE("5: of equal logits the least id is the likeliest, on each backend") {
  // ORT-GenAI sorts by value alone, so that the order of equals is up to the library.
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    std::vector<float> row(1 + seed * 37);
    for (std::size_t id = 0; id < row.size(); ++id)
      row[id] = std::floor(3 * Stream{seed, id}.uniform(0, 0));
    const auto expected =
        static_cast<TokenId>(std::ranges::max_element(row) - row.begin());  // the first of them
    const Sampler greedy{Greedy{}};
    simd::RowOf on_simd(row, Stream{seed, 0});
    reference::RowOf on_eigen(row, Stream{seed, 0});
    team::Shared shared;
    team::RowOf on_team(team::Solo{}, shared, row.data(), static_cast<int>(row.size()),
                        Stream{seed, 0});
    CHECK(greedy(on_simd).token == expected);
    CHECK(greedy(on_eigen).token == expected);
    CHECK(greedy(on_team).token == expected);
  }
}

TEST_CASE("8: the order of the filters is the order that is written") {
  // CTranslate2: top-k, temperature, top-p. mlx: filters, then temperature. HF: temperature first.
  const std::vector<float> row = logits_of({0.5, 0.25, 0.125, 0.0625, 0.0625});
  constexpr Temperature hot{2};
  CHECK(kept(Sampler{hot, TopK{4}, TopP{0.6f}}, row) == Tokens{0, 1, 2});  // tied, both stay
  CHECK(kept(Sampler{TopP{0.6f}, TopK{4}, hot}, row) == Tokens{0, 1});
  CHECK(kept(Sampler{TopK{2}, hot, TopP{0.55f}}, row) == Tokens{0});
  CHECK(kept(Sampler{hot, TopP{0.55f}, TopK{2}}, row) == Tokens{0, 1});
  CHECK(kept(Sampler{hot, MinP{0.6f}}, row) == Tokens{0, 1});
  CHECK(kept(Sampler{MinP{0.6f}, hot}, row) == Tokens{0});
}

TEST_CASE("9: top-p after top-k is of what top-k has left; before it, of everything") {
  // candle adds up probabilities that were not made to sum to 1 after top-k.
  const std::vector<float> row = logits_of({0.3, 0.2, 0.2, 0.15, 0.15});
  CHECK(kept(Sampler{TopK{1}, TopP{0.5f}}, row) == Tokens{0});
  const std::vector<float> steep = logits_of({0.3, 0.2, 0.19, 0.16, 0.15});
  CHECK(kept(Sampler{TopK{2}, TopP{0.55f}}, steep) == Tokens{0});     // 0.3 / 0.5 is enough
  CHECK(kept(Sampler{TopP{0.55f}, TopK{2}}, steep) == Tokens{0, 1});  // 0.3 + 0.2 is not
}

TEST_CASE("10: an end beats the length, and a stop string of any length is found anywhere") {
  // TGI asks for the length first, looks for stops at the end of a token only, and in 200
  // characters.
  const std::string longest(1000, 'x');
  const Pieces pieces{{"begin ", "inSTOPside", "ST", "OP", longest, "end"}};
  auto model = pieces.model();
  const auto run = [&](TokenId first, GenerationOptions options) {
    return made(generate(model, pieces, Sampler{Greedy{}}, Tokens{first}, options));
  };
  CHECK(run(0, {.max_new_tokens = 5, .end_tokens = {5}}).finish == FinishReason::end_of_sequence);
  CHECK(run(0, {.stop_strings = {"STOP"}}).text == "in");
  CHECK(run(1, {.stop_strings = {"STOP"}}).text.empty());
  CHECK(run(1, {.max_new_tokens = 2, .stop_strings = {"STOP"}}).finish ==
        FinishReason::stop_string);
  CHECK(run(3, {.stop_strings = {longest + "en"}}).finish == FinishReason::stop_string);
  CHECK(run(2, {.stop_strings = {"OP" + longest + "e"}}).text.empty());
}

TEST_CASE(
    "13: of several stop strings the earliest in the text ends it, whichever was listed first") {
  // exllamav3 takes the first of the list that it finds.
  const Pieces pieces{{"", "one two three four"}};
  auto model = pieces.model();
  const auto stopped = [&](std::vector<std::string> stops) {
    const auto run = made(generate(model, pieces, Sampler{Greedy{}}, Tokens{0},
                                   GenerationOptions{.stop_strings = stops}));
    return std::pair{run.text, *run.stop_string};
  };
  CHECK(stopped({"four", "two"}) == std::pair{std::string("one "), std::size_t{1}});
  CHECK(stopped({"three four", "two three", "e t"}) ==
        std::pair{std::string("on"), std::size_t{2}});
}

TEST_CASE("14: requests with seeds stay in the batch, and draw what they draw alone") {
  // mlx's server takes a request with a seed out of the batch.
  auto model = ToyModel::remembering(20);
  using Plain = Sampler<Temperature>;
  auto batch = *Batch<ToyModel, Plain>::of(model, NoTokenizer{});
  for (std::uint64_t seed = 0; seed < 16; ++seed)
    REQUIRE(batch.add({{1, 2}, Plain{Temperature{1}}, {.max_new_tokens = 10, .seed = seed}}));
  int steps = 0;
  while (batch.step()) ++steps;
  CHECK(steps + 1 == 10);
  for (std::uint64_t seed = 0; seed < 16; ++seed)
    CHECK(batch.take(seed)->front().tokens ==
          made(generate(model, NoTokenizer{}, Plain{Temperature{1}}, Tokens{1, 2},
                        {.max_new_tokens = 10, .seed = seed}))
              .tokens);
}

TEST_CASE("16: each character is shown as soon as it is whole, punctuation too") {
  // candle waits for a letter or a digit.
  const Pieces pieces{{"", "Hi", "!", " ", "?", "\xE2\x80", "\xA6", "\"", "\n", "\xC3\xA9", ")"}};
  auto model = pieces.model();
  std::vector<std::string> shown;
  generate(model, pieces, Sampler{Greedy{}}, Tokens{0}, GenerationOptions{.max_new_tokens = 10},
           [&](const GenerationEvent& event) { shown.emplace_back(event.text); })
      .has_value();
  CHECK(shown ==
        std::vector<std::string>{"Hi", "!", " ", "?", "", "\u2026", "\"", "\n", "\u00E9", ")"});
}

TEST_CASE("17: the random numbers and the tokens are the same with every standard library") {
  // std::uniform_real_distribution and std::discrete_distribution are not specified to the bit.
  // Worked out in Python from the definitions of Philox4x32-10 and of the draw.
  STATIC_REQUIRE(Stream{7, 0}.bits(1) == 0xb5310df8dce26f44u);
  auto model = ToyModel::bigram(std::vector<std::vector<float>>(10, std::vector<float>(10, 0.0f)));
  // The draw at length n is floor(10 u), u being bits(1) of (seed, n) as a fraction.
  CHECK(made(generate(model, NoTokenizer{}, Sampler{Multinomial{}}, Tokens{0},
                      {.max_new_tokens = 11, .seed = 7}))
            .tokens == Tokens{6, 7, 5, 7, 3, 7, 7, 9, 4, 7, 9});
}

TEST_CASE("18: a token far less likely than 2^-24 is drawn as often as it should be") {
  // llama2.c and ExecuTorch draw numbers of 24 bits. To those these two draws are the same.
  const std::vector<float> row{-30 * std::log(2.0f), 0};  // 2^-30 and the rest
  const auto drawn = [&](std::uint64_t position) {
    auto executor = row_of(row, Stream{0, position});
    return Sampler{Multinomial{}}(executor).token;
  };
  REQUIRE(Stream{0, 90172918}.bits(1) >> 34 == 0);   // below 2^-30
  REQUIRE(Stream{0, 114840321}.bits(1) >> 34 == 1);  // between 2^-30 and 2^-29
  CHECK(drawn(90172918) == 0);
  CHECK(drawn(114840321) == 1);
}
