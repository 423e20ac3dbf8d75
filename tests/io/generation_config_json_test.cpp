#include <string>
#include <tamis/io/generation_config_json.hpp>

#include "catch.hpp"

using namespace tamis;

static std::string fault_of(const std::string& text) {
  const auto config = generation_config_from_json(text);
  return config ? "" : config.error().message;
}

TEST_CASE("The dictionary of the text-generation guide is read key by key") {
  const auto config = generation_config_from_json(R"({
    "max_length": 100, "temperature": 0.8, "top_k": 40, "top_p": 0.9, "strategy": "top_p",
    "repetition_penalty": 1.1, "eos_token_id": 2, "pad_token_id": 0, "bos_token_id": 1, "do_sample": true})");
  REQUIRE(config);
  CHECK(config->max_length == 100);
  CHECK(config->temperature == 0.8);
  CHECK(config->top_k == 40);
  CHECK(config->top_p == 0.9);
  CHECK(config->strategy == Strategy::top_p);
  CHECK(config->repetition_penalty == 1.1);
  CHECK(config->eos_token_id == std::vector<TokenId>{2});
  CHECK(config->pad_token_id == 0);
  CHECK(config->bos_token_id == 1);
  CHECK(config->do_sample == true);
  CHECK(resolved(*config).top_k == 0);
}

TEST_CASE("A generation_config.json of a released model is read, its bookkeeping ignored") {
  const auto config = generation_config_from_json(R"({
    "_from_model_config": true, "bos_token_id": 128000, "eos_token_id": [128001, 128008, 128009],
    "do_sample": true, "temperature": 0.6, "max_length": 4096, "top_p": 0.9,
    "cache_implementation": null, "output_scores": false, "transformers_version": "4.40.0.dev0"})");
  REQUIRE(config);
  CHECK(config->eos_token_id == std::vector<TokenId>{128001, 128008, 128009});
  CHECK(config->temperature == 0.6);
  CHECK(config->top_p == 0.9);
}

TEST_CASE("The names of vLLM, SGLang and the APIs are understood") {
  const auto config = generation_config_from_json(
      R"({"max_tokens": 64, "min_tokens": 2, "n": 3, "stop": "END", "sampling_seed": 5, "repeat_penalty": 1.3})");
  REQUIRE(config);
  CHECK(config->max_new_tokens == 64);
  CHECK(config->min_new_tokens == 2);
  CHECK(config->num_return_sequences == 3);
  CHECK(config->stop_strings == std::vector<std::string>{"END"});
  CHECK(config->seed == 5u);
  CHECK(config->repetition_penalty == 1.3);
}

TEST_CASE("Null is as if the key were not there") {
  const auto config =
      generation_config_from_json(R"({"temperature": null, "top_k": null, "watermark": null})");
  REQUIRE(config);
  CHECK(*config == GenerationConfig{});
}

TEST_CASE("An unknown key is refused with the nearest one that is known") {
  CHECK(fault_of(R"({"top_kk": 5})") ==
        "unknown key 'top_kk' in the configuration; did you mean 'top_k'?");
  CHECK(fault_of(R"({"temprature": 1})") ==
        "unknown key 'temprature' in the configuration; did you mean 'temperature'?");
  CHECK(fault_of(R"({"frobnicate": 1})") == "unknown key 'frobnicate' in the configuration");
}

TEST_CASE("Each bad value has its own sentence") {
  CHECK(fault_of(R"({"temperature": -1})") ==
        "temperature is -1; it must be 0 or more (0 means greedy)");
  CHECK(fault_of(R"({"temperature": "hot"})") ==
        R"(temperature is "hot"; it must be a number, 0 or more (0 means greedy))");
  CHECK(fault_of(R"({"top_p": 0})") ==
        "top_p is 0; it must be more than 0 and at most 1 (1 keeps every token)");
  CHECK(fault_of(R"({"top_p": 1.5})") ==
        "top_p is 1.5; it must be more than 0 and at most 1 (1 keeps every token)");
  CHECK(fault_of(R"({"top_k": -1})") == "top_k is -1; it must be 0 or more (0 keeps every token)");
  CHECK(fault_of(R"({"top_k": 2.5})") ==
        "top_k is 2.5; it must be a whole number, 0 or more (0 keeps every token)");
  CHECK(fault_of(R"({"repetition_penalty": 0})") ==
        "repetition_penalty is 0; it must be more than 0 (1 is off)");
  CHECK(fault_of(R"({"do_sample": "yes"})") == R"(do_sample is "yes"; it must be true or false)");
  CHECK(fault_of(R"({"strategy": "beam"})") ==
        R"(strategy is "beam"; it must be one of greedy, top_k, top_p, beam_search)");
  CHECK(fault_of(R"({"allowed_token_ids": []})") ==
        "allowed_token_ids is []; it must name a token, or be left out");
  CHECK(fault_of(R"({"min_new_tokens": 9, "max_new_tokens": 3})") ==
        "min_new_tokens is 9, but max_new_tokens is only 3");
}

TEST_CASE("What this library does not do is refused unless it asks for nothing") {
  CHECK(
      fault_of(
          R"({"stop_regex": null, "remove_invalid_values": false, "encoder_repetition_penalty": 1})") ==
      "");
  CHECK(fault_of(R"({"stop_regex": "a+"})") ==
        R"(stop_regex is "a+", which is not supported; leave it out, or give stop_strings)");
}

TEST_CASE("Malformed JSON is refused with its place") {
  CHECK(fault_of("{\"temperature\": 0.8,\n \"top_k\" 5}")
            .find("the configuration is not proper JSON at line 2, column 10:") == 0);
  CHECK(fault_of(R"({"temperature": NaN})").find("at line 1, column 17: invalid literal") !=
        std::string::npos);
  CHECK(fault_of(R"({"top_k": 1, "top_k": 2})") ==
        "the configuration is not proper JSON: the key 'top_k' is there twice");
}

TEST_CASE("A configuration that is written reads back the same") {
  GenerationConfig config;
  CHECK(*generation_config_from_json(to_json(config)) == config);
  CHECK(to_json(config) == "{\n  \"top_k\": 50,\n  \"top_p\": 0.95\n}");

  config.max_new_tokens = 20;
  config.max_time = 1.5;
  config.stop_strings = {"\n\n", "\u00e9"};
  config.exponential_decay_length_penalty = LengthDecay{10, 1.05};
  config.seed = 18446744073709551615u;
  config.num_beams = 4;
  config.early_stopping = EarlyStopping::never;
  config.order = PolicyOrder::vllm;
  config.temperature = 0.1;
  config.top_h = 0.4;
  config.repeat_last_n = 0;
  config.penalty_scope = PenaltyScope::generated;
  config.dry_sequence_breakers = {};
  config.logit_bias = {{50, -100}, {7, 1.25}};
  config.sequence_bias = {{{1, 2}, 0.5}};
  config.bad_words_ids = {{1}, {2, 3}};
  config.eos_token_id = {1, 2};
  config.skip_special_tokens = false;
  const auto again = generation_config_from_json(to_json(config));
  REQUIRE(again);
  CHECK(*again == config);
}
