#include <limits>
#include <string>
#include <tamis/io/openai.hpp>

#include "catch.hpp"

using namespace tamis;

static std::string fault_of(const std::string& text) {
  const auto config = from_openai(text);
  return config ? "" : config.error().message;
}

TEST_CASE("A chat request is read, and what is not about sampling is passed over") {
  const auto config = from_openai(R"({
    "model": "m", "messages": [{"role": "user", "content": "hello"}], "stream": true,
    "temperature": 0.7, "top_p": 0.9, "max_completion_tokens": 64, "n": 2, "stop": ["\n", "END"],
    "frequency_penalty": 0.5, "presence_penalty": -0.25, "logit_bias": {"50": -100}, "seed": 7,
    "logprobs": true, "top_logprobs": 5, "response_format": {"type": "text"}})");
  REQUIRE(config);
  CHECK(config->temperature == 0.7);
  CHECK(config->top_p == 0.9);
  CHECK(config->top_k == 0);
  CHECK(config->max_new_tokens == 64);
  CHECK(config->num_return_sequences == 2);
  CHECK(config->stop_strings == std::vector<std::string>{"\n", "END"});
  CHECK(config->frequency_penalty == 0.5);
  CHECK(config->presence_penalty == -0.25);
  CHECK(config->logit_bias == std::vector<TokenBias>{{50, -100}});
  CHECK(config->seed == 7u);
  CHECK(config->logprobs == 5);
  CHECK(config->order == PolicyOrder::openai);
}

TEST_CASE("A request that says nothing samples from the whole distribution") {
  const auto config = from_openai(R"({"messages": []})");
  REQUIRE(config);
  CHECK(config->temperature == 1);
  CHECK(config->top_k == 0);
  CHECK(config->top_p == 1);
}

TEST_CASE("A completion request has a number for logprobs and 16 tokens") {
  const auto config = from_openai(R"({"prompt": "x", "logprobs": 3})");
  REQUIRE(config);
  CHECK(config->logprobs == 3);
  CHECK(config->max_new_tokens == 16);
  CHECK(fault_of(R"({"prompt": "x", "logprobs": 6})") == "logprobs is 6; it must be from 0 to 5");
}

TEST_CASE("OpenAI's ranges and limits hold in both directions") {
  CHECK(fault_of(R"({"temperature": 2.5})") == "temperature is 2.5; it must be from 0 to 2 (0 means greedy)");
  CHECK(fault_of(R"({"frequency_penalty": 2.5})") ==
        "frequency_penalty is 2.5; it must be from -2 to 2 (0 is off)");
  CHECK(fault_of(R"({"n": 129})") == "n is 129; it must be from 1 to 128");
  CHECK(fault_of(R"({"logit_bias": {"5": 101}})") ==
        "a bias of logit_bias is 101; it must be from -100 to 100");
  CHECK(fault_of(R"({"stop": ["a", "b", "c", "d", "e"]})") ==
        "stop has 5 texts; OpenAI takes at most 4");
  CHECK(fault_of(R"({"logprobs": true, "top_logprobs": 21})") ==
        "top_logprobs is 21; it must be from 0 to 20");
  CHECK(fault_of(R"({"top_logprobs": 2})") ==
        "top_logprobs is 2, but logprobs is not true; set it, or leave both out");
  CHECK(fault_of(R"({"logprobs": 3})") ==
        "logprobs is 3; it must be true or false in a chat request to OpenAI");
  CHECK(fault_of(R"({"max_tokens": 5, "max_completion_tokens": 5})") ==
        "max_completion_tokens and max_tokens are the same parameter; give one of them");

  GenerationConfig config = neutral_config();
  config.temperature = 2.5;
  CHECK(to_openai(config).error().message ==
        "temperature is 2.5; it must be from 0 to 2 in a chat request to OpenAI");
  config = neutral_config();
  config.stop_strings = {"a", "b", "c", "d", "e"};
  CHECK(to_openai(config).error().message == "stop_strings has 5 texts; OpenAI takes at most 4");
}

TEST_CASE("Keys of others are refused as such, and unknown ones with the nearest") {
  CHECK(fault_of(R"({"min_p": 0.1})") ==
        "'min_p' is not a key of a chat request to OpenAI; it belongs in a configuration of this "
        "library");
  CHECK(fault_of(R"({"temprature": 1})") ==
        "unknown key 'temprature' in a chat request to OpenAI; did you mean 'temperature'?");
  CHECK(fault_of(R"({"response_format": {"type": "json_object"}})").find("response_format is") ==
        0);
}

TEST_CASE("A top_p of 0 is greedy") {
  const auto config = from_openai(R"({"top_p": 0})");
  REQUIRE(config);
  CHECK(resolved(*config).do_sample == false);
}

TEST_CASE("A configuration goes to OpenAI and comes back the same") {
  GenerationConfig config = detail::openai_defaults(OpenAiRequest::chat);
  config.temperature = 0.7;
  config.top_p = 0.9;
  config.max_new_tokens = 64;
  config.stop_strings = {"END"};
  config.frequency_penalty = 0.5;
  config.logit_bias = {{50, -100}};
  config.logprobs = 5;
  config.seed = 7;
  const auto text = to_openai(config);
  REQUIRE(text);
  const auto again = from_openai(*text);
  REQUIRE(again);
  CHECK(*again == config);
}

TEST_CASE("What OpenAI cannot express is refused, unless greedy decoding makes it idle") {
  GenerationConfig config;
  CHECK(to_openai(config).error().message ==
        "top_k is 50, for which a chat request to OpenAI has no key; set it to 0");
  config.temperature = 0;
  CHECK(*to_openai(config) == "{\n  \"temperature\": 0.0\n}");
  config = neutral_config();
  config.num_beams = 4;
  CHECK(to_openai(config).error().message ==
        "num_beams is 4, for which a chat request to OpenAI has no key; set it to 1");
  config = neutral_config();
  config.logit_bias = {{5, -std::numeric_limits<double>::infinity()}};
  CHECK(to_openai(config)->find("-100") != std::string::npos);
}
