#include <string>
#include <tamis/io/anthropic.hpp>

#include "catch.hpp"

using namespace tamis;

static std::string fault_of(const std::string& text) {
  const auto config = from_anthropic(text);
  return config ? "" : config.error().message;
}

TEST_CASE("A Messages request is read, and what is not about sampling is passed over") {
  const auto config = from_anthropic(R"({
    "model": "m", "max_tokens": 1024, "messages": [], "system": "be brief", "temperature": 0.5,
    "top_k": 40, "top_p": 0.9, "stop_sequences": ["END"]})");
  REQUIRE(config);
  CHECK(config->max_new_tokens == 1024);
  CHECK(config->temperature == 0.5);
  CHECK(config->top_k == 40);
  CHECK(config->top_p == 0.9);
  CHECK(config->stop_strings == std::vector<std::string>{"END"});
}

TEST_CASE(
    "A request without sampling parameters, as newer models demand, is the model's own "
    "distribution") {
  const auto config = from_anthropic(R"({"max_tokens": 10})");
  REQUIRE(config);
  CHECK(config->temperature == 1);
  CHECK(config->top_k == 0);
  CHECK(config->top_p == 1);
}

TEST_CASE("Anthropic's ranges hold, and max_tokens is required") {
  CHECK(fault_of("{}").find("max_tokens is missing") == 0);
  CHECK(fault_of(R"({"max_tokens": 0})") == "max_tokens is 0; it must be 1 or more");
  CHECK(fault_of(R"({"max_tokens": 1, "temperature": 1.5})") ==
        "temperature is 1.5; it must be from 0 to 1 (0 means greedy)");
  CHECK(fault_of(R"({"max_tokens": 1, "seed": 1})")
            .find("'seed' is not a key of a Messages request") == 0);
  CHECK(fault_of(R"({"max_tokens": 1, "stop_sequence": []})") ==
        "unknown key 'stop_sequence' in a Messages request to Anthropic; did you mean "
        "'stop_sequences'?");
}

TEST_CASE("A configuration goes to Anthropic and comes back the same") {
  GenerationConfig config = neutral_config();
  config.max_new_tokens = 64;
  config.temperature = 0.5;
  config.top_k = 40;
  config.stop_strings = {"END"};
  const auto text = to_anthropic(config);
  REQUIRE(text);
  const auto again = from_anthropic(*text);
  REQUIRE(again);
  CHECK(*again == config);
}

TEST_CASE("Greedy goes to Anthropic as a temperature of 0, and comes from it as a top_p of 0 too") {
  GenerationConfig config = neutral_config();
  config.do_sample = false;
  config.top_p = 0.5;  // which greedy decoding does not look at
  const auto request = to_anthropic(config);
  REQUIRE(request);
  CHECK(*request == "{\n  \"max_tokens\": 128,\n  \"temperature\": 0.0\n}");
  CHECK(resolved(*from_anthropic(*request)).do_sample == false);
  CHECK(from_anthropic(R"({"max_tokens": 10, "top_p": 0})")->do_sample == false);
}

TEST_CASE("What Anthropic cannot express is refused") {
  GenerationConfig config = neutral_config();
  config.temperature = 1.5;
  CHECK(to_anthropic(config).error().message ==
        "temperature is 1.5; it must be from 0 to 1 in a Messages request to Anthropic");
  config = neutral_config();
  config.seed = 7;
  CHECK(to_anthropic(config).error().message ==
        "seed is 7, for which a Messages request to Anthropic has no key; leave it out");
}

TEST_CASE("A model without sampling parameters takes none") {
  GenerationConfig config = neutral_config();
  CHECK(*to_anthropic(config, AnthropicModel::without_sampling) == "{\n  \"max_tokens\": 128\n}");
  config.temperature = 0.5;
  CHECK(to_anthropic(config, AnthropicModel::without_sampling).error().message ==
        "temperature is 0.5, for which a Messages request to an Anthropic model without sampling "
        "parameters has no key; set it to 1");
  config.temperature = 0;
  CHECK(to_anthropic(config, AnthropicModel::without_sampling)
            .error()
            .message.find("the configuration is greedy") == 0);
}
