#include <cmath>
#include <string>
#include <tamis/io/llama_cpp_options.hpp>

#include "catch.hpp"

using namespace tamis;

static std::string fault_of(const std::string& text) {
  const auto config = from_llama_cpp(text);
  return config ? "" : config.error().message;
}

TEST_CASE("Options that say nothing are llama.cpp's defaults, in its order") {
  const auto config = from_llama_cpp("{}");
  REQUIRE(config);
  CHECK(config->temperature == 0.8);
  CHECK(config->top_k == 40);
  CHECK(config->top_p == 0.95);
  CHECK(config->min_p == 0.05);
  CHECK(config->repetition_penalty == 1);
  CHECK(config->repeat_last_n == 64);
  CHECK(config->order == PolicyOrder::llama_cpp);
  CHECK(config->penalty_scope == PenaltyScope::prompt_and_generated);
}

TEST_CASE("The names of the server and of the command line are both understood") {
  const auto server = from_llama_cpp(
      R"({"n_predict": 64, "temperature": 0.5, "repeat_penalty": 1.1, "repeat_last_n": 32, "typical_p": 0.9,
          "mirostat": 2, "mirostat_tau": 4, "dry_multiplier": 0.8, "n_probs": 5, "stream": true})");
  const auto options = from_llama_cpp(
      R"({"--predict": 64, "--temp": 0.5, "--repeat-penalty": 1.1, "--repeat-last-n": 32, "--typical": 0.9,
          "--mirostat": 2, "--mirostat-ent": 4, "--dry-multiplier": 0.8, "n_probs": 5})");
  REQUIRE(server);
  REQUIRE(options);
  CHECK(*server == *options);
  CHECK(server->max_new_tokens == 64);
  CHECK(server->repetition_penalty == 1.1);
  CHECK(server->mirostat_tau == 4);
}

TEST_CASE("The values by which llama.cpp switches things off are neutral here") {
  const auto config = from_llama_cpp(
      R"({"temperature": -1, "top_k": -1, "top_p": 1.5, "min_p": -1, "top_n_sigma": -1, "n_predict": -1,
          "seed": 4294967295, "adaptive_target": -1, "xtc_probability": 0.5, "xtc_threshold": 0.6,
          "dry_penalty_last_n": -1})");
  REQUIRE(config);
  CHECK(config->temperature == 0);
  CHECK(config->top_k == 0);
  CHECK(config->top_p == 1);
  CHECK(config->min_p == 0);
  CHECK(config->top_n_sigma == 0);
  CHECK(config->max_new_tokens == std::nullopt);
  CHECK(config->seed == std::nullopt);
  CHECK(config->adaptive_target == std::nullopt);
  CHECK(config->xtc_probability == 0);
  CHECK(config->dry_penalty_last_n == std::nullopt);
}

TEST_CASE("Biases ban with false") {
  const auto config = from_llama_cpp(R"({"logit_bias": [[15043, 1.0], [5, false]]})");
  REQUIRE(config);
  CHECK(config->logit_bias.size() == 2);
  CHECK(std::isinf(config->logit_bias[1].bias));
}

TEST_CASE("Bad options are refused under llama.cpp's names") {
  CHECK(fault_of(R"({"repeat_penalty": 0})") ==
        "repeat_penalty is 0; it must be more than 0 (1 is off)");
  CHECK(fault_of(R"({"repeat_penaltyy": 1})") ==
        "unknown key 'repeat_penaltyy' in llama.cpp's list of options; did you mean "
        "'repeat_penalty'?");
  CHECK(fault_of(R"({"samplers": ["top_k"]})")
            .find("samplers is [\"top_k\"], which is not supported") == 0);
  CHECK(fault_of(R"({"grammar": "root ::= x"})").find("grammar is") == 0);
  CHECK(fault_of(R"({"grammar": ""})") == "");
  CHECK(fault_of(R"({"top-k": 1, "top_k": 2})") ==
        "the key 'top_k' is there twice in llama.cpp's list of options");
}

TEST_CASE("A configuration goes to llama.cpp and comes back the same") {
  GenerationConfig config = llama_cpp_defaults();
  CHECK(*to_llama_cpp(resolved(config)) == "{}");
  config.temperature = 1;
  config.top_k = 0;
  config.min_p = 0;
  config.repetition_penalty = 1.1;
  config.max_new_tokens = 64;
  config.logit_bias = {{5, 1.5}};
  const auto text = to_llama_cpp(config);
  REQUIRE(text);
  const auto again = from_llama_cpp(*text);
  REQUIRE(again);
  CHECK(*again == config);
}

TEST_CASE("What llama.cpp would do otherwise is refused") {
  CHECK(to_llama_cpp({}).error().message ==
        "order is hf, but llama.cpp applies the temperature last; set it to llama_cpp");
  GenerationConfig config = llama_cpp_defaults();
  config.repetition_penalty = 1.1;
  config.repeat_last_n.reset();
  CHECK(to_llama_cpp(config).error().message ==
        "repeat_last_n is not set, and llama.cpp has no value for all tokens; set it to a number");
  config = llama_cpp_defaults();
  config.frequency_penalty = 0.5;
  config.penalty_scope = PenaltyScope::generated;
  CHECK(to_llama_cpp(config).error().message ==
        "llama.cpp counts the prompt's tokens in its penalties; set penalty_scope to "
        "prompt_and_generated");
  config = llama_cpp_defaults();
  config.no_repeat_ngram_size = 3;
  CHECK(to_llama_cpp(config).error().message ==
        "no_repeat_ngram_size is 3, for which llama.cpp's list of options has no key; set it to 0");
  config = {};
  config.temperature = 0;
  CHECK(to_llama_cpp(config)->find("\"temperature\": 0.0") != std::string::npos);
}
