#include <tamis/generation/prompt_log_probability.hpp>

#include <cmath>
#include <span>
#include <string>
#include <tamis/generation/generate.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/testing/toy_model.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;
using tamis::testing::ToyModel;

TEST_CASE("How likely a token of the prompt is, is what the softmax of the logits says") {
  const std::vector<float> row{1, 2, 0};
  const auto log =
      prompt_log_probability(std::span<const float>(row), 0, {.top_log_probabilities = 2});
  CHECK(*log.raw == Approx(1 - std::log(std::exp(1.0) + std::exp(2.0) + 1)));
  CHECK_FALSE(log.processed);
  REQUIRE(log.raw_top.size() == 2);
  CHECK(log.raw_top[0].token == 1);
}

TEST_CASE("A prompt longer than a piece has a log-probability a token, and the text is the same") {
  auto model = ToyModel::remembering(20);
  std::vector<TokenId> prompt;
  for (TokenId i = 0; i < 600; ++i) prompt.push_back(i * 7 % 20);
  const Sampler sampler{Temperature{0.8f}};
  GenerationOptions options{.max_new_tokens = 5, .seed = 3};
  const auto plain = generate(model, NoTokenizer{}, sampler, prompt, options);
  options.prompt_log_probabilities = true;
  Memory memory(model);
  memory.read(model, std::span(prompt).first(100));  // does not help
  const std::size_t read = model.tokens_read();
  const auto made = generate(model, memory, NoTokenizer{}, sampler, prompt, options);
  REQUIRE(made);
  CHECK(model.tokens_read() - read == 600 + 4);
  CHECK(made->tokens == plain->tokens);
  CHECK(plain->prompt_log_probabilities.empty());
  REQUIRE(made->prompt_log_probabilities.size() == 599);
  for (const std::size_t at : {0u, 254u, 255u, 256u, 257u, 511u, 512u, 598u}) {
    const auto all = model.log_probabilities_after(std::span(prompt).first(at + 1));
    CHECK(*made->prompt_log_probabilities[at].raw ==
          Approx(all[static_cast<std::size_t>(prompt[at + 1])]).margin(1e-5));
  }
}
