#include <tamis/io/hugging_face.hpp>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("A file of HF's that says nothing is greedy, for 20 tokens") {
  const auto config = from_hugging_face("{}");
  REQUIRE(config);
  CHECK(resolved(*config).do_sample == false);
  CHECK(*new_token_limit(*config, 5) == 20);
}

TEST_CASE("A file of HF's that samples has top_k 50 and no top_p unless it says so") {
  const auto config =
      from_hugging_face(R"({"do_sample": true, "temperature": 0.6, "max_length": 100})");
  REQUIRE(config);
  CHECK(resolved(*config).do_sample == true);
  CHECK(config->temperature == 0.6);
  CHECK(config->top_k == 50);
  CHECK(config->top_p == 1);
  CHECK(*new_token_limit(*config, 30) == 70);
}

TEST_CASE("A key that HF does not have is refused as belonging elsewhere") {
  CHECK(from_hugging_face(R"({"xtc_probability": 0.5})").error().message ==
        "'xtc_probability' is not a key of the generation_config.json of HF; it belongs in a "
        "configuration of this library");
  CHECK(from_hugging_face(R"({"top_kk": 5})").error().message ==
        "unknown key 'top_kk' in the generation_config.json of HF; did you mean 'top_k'?");
}

TEST_CASE("What is written for HF says that it samples, and reads back to the same choice") {
  GenerationConfig config;
  config.temperature = 0.7;
  const auto text = to_hugging_face(config);
  REQUIRE(text);
  CHECK(*text ==
        "{\n  \"max_new_tokens\": 128,\n  \"do_sample\": true,\n  \"temperature\": 0.7,\n  "
        "\"top_p\": 0.95\n}");
  const auto again = from_hugging_face(*text);
  REQUIRE(again);
  CHECK(again->temperature == 0.7);
  CHECK(again->top_k == 50);
  CHECK(again->top_p == 0.95);
  CHECK(resolved(*again).do_sample == true);
}

TEST_CASE("Greedy and beam search are written as HF says them") {
  GenerationConfig config;
  config.temperature = 0;
  CHECK(to_hugging_face(config)->find("temperature") == std::string::npos);
  CHECK(to_hugging_face(config)->find("do_sample") == std::string::npos);  // HF's default
  config = {};
  config.strategy = Strategy::beam_search;
  CHECK(to_hugging_face(config)->find("\"num_beams\": 4") != std::string::npos);
  config.max_length = 64;
  CHECK(to_hugging_face(config)->find("max_new_tokens") == std::string::npos);
}

TEST_CASE("What HF cannot do is not written") {
  GenerationConfig config;
  config.xtc_probability = 0.5;
  CHECK(
      to_hugging_face(config).error().message ==
      "xtc_probability is 0.5, for which the generation_config.json of HF has no key; set it to 0");
  config = {};
  config.order = PolicyOrder::llama_cpp;
  CHECK(to_hugging_face(config).error().message ==
        "order is llama_cpp, but HF applies the temperature first; set it to hf");
}
