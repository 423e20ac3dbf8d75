/// \file real_model_test.cpp
/// The loop on SmolLM2-135M-Instruct.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <tamis/generation/classifier_free_guidance.hpp>
#include <tamis/generation/generate.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/sources/no_repeat_ngram.hpp>
#include <tuple>
#include <vector>

#include "catch.hpp"
#include "real_model.hpp"

using namespace tamis;
using Tokens = std::vector<TokenId>;
using Chain = Sampler<RepetitionPenalty, Temperature, TopK>;

static Generation continued(RealModel& it, const nlohmann::json& line) {
  const auto& parameters = line.at("params");
  const GenerationOptions options{.max_new_tokens = parameters.at("max_new_tokens").get<int>(),
                                  .min_new_tokens = parameters.value("min_new_tokens", 0),
                                  .end_tokens = {2},
                                  .skip_special_tokens = false};
  const Chain greedy{RepetitionPenalty{parameters.value("repetition_penalty", 1.0f)},
                     Temperature{0}, TopK{0}};
  std::vector<NoRepeatNgram> sources;
  if (parameters.contains("no_repeat_ngram_size"))
    sources.emplace_back(parameters["no_repeat_ngram_size"].get<std::size_t>());
  const auto prompt = line.at("prompt_ids").get<Tokens>();
  auto made = generate(
      it.model, it.tokenizer, greedy, prompt, options, [](const GenerationEvent&) {},
      sources);
  REQUIRE(made);
  return *std::move(made);
}

/// Compares with what transformers generates, up to the first step at which two tokens are as good
/// as equal; returns how many steps that are.
static std::size_t compare(RealModel& it, const nlohmann::json& line) {
  const auto expected = line.at("new_ids").get<Tokens>();
  const auto margins = line.at("top2_margin").get<std::vector<double>>();
  const auto sure = static_cast<std::size_t>(
      std::ranges::find_if(margins, [](double margin) { return margin < 0.02; }) - margins.begin());
  const Generation run = continued(it, line);
  INFO(line.at("prompt") << " " << line.at("params"));
  const std::size_t steps = std::min(sure, expected.size());
  REQUIRE(run.tokens.size() >= steps);
  CHECK(std::ranges::equal(std::span(run.tokens).first(steps), std::span(expected).first(steps)));
  if (sure == margins.size()) {
    CHECK(run.tokens == expected);
    CHECK(run.text == line.at("text").get<std::string>());
    CHECK(run.finish ==
          (expected.back() == 2 ? FinishReason::end_of_sequence : FinishReason::length));
  }
  return steps;
}

TEST_CASE("A greedy continuation of a real model is that of transformers") {
  RealModel* const it = real_model();
  if (!it) return;
  std::ifstream file(TAMIS_TESTS_DIR "/golden/generations.jsonl");
  std::string line;
  REQUIRE(std::getline(file, line));
  CHECK(compare(*it, nlohmann::json::parse(line)) == 30);
}

TEST_CASE("All greedy continuations of a real model are those of transformers", "[slow]") {
  RealModel* const it = real_model();
  if (!it) return;
  std::ifstream file(TAMIS_TESTS_DIR "/golden/generations.jsonl");
  std::size_t lines = 0, steps = 0;
  for (std::string text; std::getline(file, text);) {
    const auto line = nlohmann::json::parse(text);
    if (line.at("mode") != "greedy") continue;
    steps += compare(*it, line);
    ++lines;
  }
  CHECK(lines == 21);
  CHECK(steps == 529);
}

TEST_CASE("A real model's draws are the same with a cache, without, and from a copied memory") {
  RealModel* const it = real_model();
  if (!it) return;
  auto& [model, tokenizer] = *it;
  const Chain sampler{RepetitionPenalty{1.1f}, Temperature{0.8f}, TopK{50}};
  const Tokens prompt = tokenizer.encode("Once upon a time, in a village by the sea,");
  GenerationOptions options{
      .max_new_tokens = 12, .end_tokens = tokenizer.special().ends, .seed = 3};
  const auto cached = generate(model, tokenizer, sampler, prompt, options);
  REQUIRE(cached);
  CHECK(cached->tokens.size() == 12);

  options.use_cache = false;
  const auto uncached = generate(model, tokenizer, sampler, prompt, options);
  REQUIRE(uncached);
  CHECK(uncached->tokens == cached->tokens);
  CHECK(uncached->text == cached->text);

  options.use_cache = true;
  Memory memory(model);
  memory.read(model, prompt);
  auto copy = memory;
  options.seed = 4;
  const auto other = generate(model, copy, tokenizer, sampler, prompt, options);
  options.seed = 3;
  const auto copied = generate(model, memory, tokenizer, sampler, prompt, options);
  REQUIRE(other);
  REQUIRE(copied);
  CHECK(other->tokens != cached->tokens);
  CHECK(copied->tokens == cached->tokens);
  CHECK(copied->statistics.cached_tokens == copied->statistics.prompt_tokens - 1);
}

TEST_CASE("A real model's text stops at a stop string across its tokens, and its deltas add up") {
  RealModel* const it = real_model();
  if (!it) return;
  auto& [model, tokenizer] = *it;
  const Chain greedy{RepetitionPenalty{1}, Temperature{0}, TopK{0}};
  const Tokens prompt = tokenizer.encode("The capital of France is");
  std::string shown;
  // Without the stop: " Paris.\n\nThe answer is: 2018-..."
  const auto run = generate(model, tokenizer, greedy, prompt,
                            {.max_new_tokens = 40, .stop_strings = {"20", "The ans"}},
                            [&](const GenerationEvent& event) { shown += event.text; });
  REQUIRE(run);
  CHECK(run->text == " Paris.\n\n");
  CHECK(shown == run->text);
  CHECK(run->finish == FinishReason::stop_string);
  CHECK(run->stop_string == 1);
}

TEST_CASE("The probabilities of a real model's greedy tokens are its greatest") {
  RealModel* const it = real_model();
  if (!it) return;
  auto& [model, tokenizer] = *it;
  const Chain greedy{RepetitionPenalty{1}, Temperature{0}, TopK{0}};
  const auto run =
      generate(model, tokenizer, greedy, tokenizer.encode("The capital of France is"),
               {.max_new_tokens = 5, .raw_log_probabilities = true, .top_log_probabilities = 3});
  REQUIRE(run);
  for (std::size_t at = 0; at < 5; ++at) {
    const LogProbability& one = run->log_probabilities[at];
    REQUIRE(one.raw_top.size() == 3);
    CHECK(one.raw_top[0].token == run->tokens[at]);
    CHECK(one.raw_top[0].log_probability == *one.raw);
    CHECK(one.raw_top[2].log_probability <= one.raw_top[1].log_probability);
    CHECK(*one.raw < 0);
  }
}

TEST_CASE("Guided, the model says what it does not say otherwise; of scale one, what it says") {
  RealModel* const it = real_model();
  if (!it) return;
  const Tokens prompt = it->tokenizer.encode("The weather today is"),
               negative = it->tokenizer.encode("It is raining and cold. The weather today is");
  const GenerationOptions options{.max_new_tokens = 12};
  const auto text = [&](auto& model) {
    auto made = generate(model, it->tokenizer, Sampler{Greedy{}}, prompt, options);
    REQUIRE(made);
    return made->text;
  };
  ClassifierFreeGuidance neutral(it->model, 1, prompt, negative),
      guided(it->model, 3, prompt, negative);
  const std::string plain = text(it->model), away = text(guided);
  CAPTURE(plain, away);
  CHECK(text(neutral) == plain);
  CHECK(away != plain);

  // The first step, by hand.
  auto cache = it->model.start(), other = it->model.start();
  const auto log_softmax = [](const auto& logits) {
    std::vector<double> z(std::begin(logits), std::end(logits));
    const double top = *std::ranges::max_element(z);
    double sum = 0;
    for (const double x : z) sum += std::exp(x - top);
    for (double& x : z) x -= top + std::log(sum);
    return z;
  };
  const auto c = log_softmax(it->model.forward(cache, prompt)),
             u = log_softmax(it->model.forward(other, negative));
  auto two = guided.start();
  const auto z = guided.forward(two, prompt);
  double most = 0;
  for (std::size_t i = 0; i < c.size(); ++i)
    most = std::max(most, std::abs(static_cast<double>(z[i]) - (3 * (c[i] - u[i]) + u[i])));
  CHECK(most < 1e-4);
}
