#include <tamis/generation/generate.hpp>
#include <tamis/generation/no_tokenizer.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/presets/config_options.hpp>
#include <tamis/testing/toy_model.hpp>

#include "catch.hpp"

using namespace tamis;
using Ids = std::vector<TokenId>;

static const Ids model_ends{7};

TEST_CASE("A configuration that says nothing ends at the model's own end, or after 128 tokens") {
  const GenerationOptions options = config_options({}, model_ends);
  CHECK(options.end_tokens == model_ends);
  CHECK(options.max_new_tokens == default_max_new_tokens);
  CHECK(options.max_length == GenerationOptions::unlimited);
  CHECK(options.max_seconds == GenerationOptions::forever);
  CHECK(options.penalty_window == GenerationOptions::everything);
  CHECK_FALSE(options.log_probabilities);
  CHECK_FALSE(options.prompt_log_probabilities);
}

TEST_CASE("A number of new tokens goes before a length with the prompt") {
  GenerationConfig config;
  config.max_length = 20;
  CHECK(config_options(config, model_ends).max_length == 20);
  CHECK(config_options(config, model_ends).max_new_tokens == GenerationOptions::unlimited);
  config.max_new_tokens = 5;
  CHECK(config_options(config, model_ends).max_length == GenerationOptions::unlimited);
  CHECK(config_options(config, model_ends).max_new_tokens == 5);
}

TEST_CASE("A configuration's own ends go before the model's, and with ignore_eos there are none") {
  GenerationConfig config;
  config.eos_token_id = {3, 4};
  CHECK(config_options(config, model_ends).end_tokens == Ids{3, 4});
  config.ignore_eos = true;
  CHECK(config_options(config, model_ends).end_tokens.empty());
}

TEST_CASE("Every stop of a configuration is a stop of the generation") {
  GenerationConfig config;
  config.stop_token_ids = {5};
  config.stop_token_sequences = {{1, 2}};
  config.stop_strings = {"END"};
  config.include_stop_str_in_output = true;
  config.banned_strings = {"never"};
  config.loop_block = 4;
  config.loop_repeats = 2;
  config.max_time = 1.5;
  const GenerationOptions options = config_options(config, model_ends);
  CHECK(options.stop_tokens == Ids{5});
  CHECK(options.stop_sequences == std::vector<Ids>{{1, 2}});
  CHECK(options.stop_strings == std::vector<std::string>{"END"});
  CHECK(options.stop_ending == StopStrings::Ending::kept);
  CHECK(options.banned_strings == std::vector<std::string>{"never"});
  CHECK(options.loop_block == 4);
  CHECK(options.loop_repeats == 2);
  CHECK(options.max_seconds == 1.5);
}

TEST_CASE("Log-probabilities come with as many likeliest tokens as the greater wish asks for") {
  GenerationConfig config;
  config.logprobs = 2;
  config.prompt_logprobs = 5;
  const GenerationOptions options = config_options(config, model_ends);
  CHECK(options.log_probabilities);
  CHECK(options.prompt_log_probabilities);
  CHECK(options.top_log_probabilities == 5);
}

TEST_CASE("A least length counts the prompt, and penalties look back as far as they are told") {
  GenerationConfig config;
  config.min_length = 9;
  config.min_new_tokens = 2;
  config.repeat_last_n = 64;
  config.seed = 11;
  const GenerationOptions options = config_options(config, model_ends);
  CHECK(options.least_new_tokens(4) == 5);
  CHECK(options.least_new_tokens(8) == 2);
  CHECK(options.penalty_window == 64);
  CHECK(options.seed == 11);
}

TEST_CASE("What a configuration says is what a generation does") {
  auto model = testing::ToyModel::counting(10);  // after each token comes the next
  const Ids prompt{2};
  const auto made = [&](const GenerationConfig& config) {
    auto generation = generate(model, NoTokenizer{}, Sampler{Greedy{}}, prompt,
                               config_options(config, model_ends));
    REQUIRE(generation);
    return generation->tokens;
  };
  GenerationConfig config;
  CHECK(made(config) == Ids{3, 4, 5, 6, 7});
  config.stop_token_ids = {5};
  CHECK(made(config) == Ids{3, 4, 5});
  config.max_length = 3;
  CHECK(made(config) == Ids{3, 4});
}
