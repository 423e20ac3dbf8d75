#include <tamis/presets/order_parameters.hpp>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("Each peer's order has its own parameters, and refuses what it has no policy for") {
  GenerationConfig config = neutral_config();
  config.temperature = 0.5;
  config.top_p = 0.9;
  config.frequency_penalty = 1;
  for (const auto order : {PolicyOrder::hf, PolicyOrder::llama_cpp, PolicyOrder::vllm,
                           PolicyOrder::sglang, PolicyOrder::openai}) {
    config.order = order;
    CHECK(check_order(config));
  }
  config.top_k = 40;
  config.order = PolicyOrder::vllm;
  CHECK(check_order(config));
  config.order = PolicyOrder::openai;
  const auto refused = check_order(config);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message ==
        "top_k is 40, which is no part of the order of OpenAI; leave it out, or set order to hf");
  config.xtc_probability = 0.5;
  config.order = PolicyOrder::llama_cpp;
  CHECK(check_order(config));
  config.order = PolicyOrder::sglang;
  CHECK_FALSE(check_order(config));
  config.order = PolicyOrder::hf;
  CHECK(check_order(config));
}

TEST_CASE("What ends the chain of llama.cpp is in its order alone") {
  GenerationConfig config = neutral_config();
  config.adaptive_target = 0.5;
  config.order = PolicyOrder::llama_cpp;
  CHECK(check_order(config));
  config.order = PolicyOrder::vllm;
  CHECK(check_order(config).error().message ==
        "adaptive_target is 0.5, which is no part of the order of vLLM; leave it out, or set order "
        "to llama_cpp");
  config.order = PolicyOrder::hf;
  CHECK(check_order(config).error().message ==
        "adaptive_target is set, which is part of the order of llama.cpp alone; set order to "
        "llama_cpp");
  config.do_sample = false;
  CHECK(check_order(config));
  config = neutral_config();
  config.mirostat = 1;
  CHECK(check_order(config).error().message.find("mirostat is 1, which is part of") == 0);
  config.mirostat = 2;
  CHECK(check_order(config));
}
