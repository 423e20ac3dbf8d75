#include <nlohmann/json.hpp>
#include <string>
#include <tamis/models/llama_config.hpp>

#include "catch.hpp"

using namespace tamis;
using nlohmann::json;

static json smollm2() {
  return {
      {"model_type", "llama"},      {"hidden_act", "silu"},    {"hidden_size", 576},
      {"intermediate_size", 1536},  {"num_hidden_layers", 30}, {"num_attention_heads", 9},
      {"num_key_value_heads", 3},   {"vocab_size", 49152},     {"max_position_embeddings", 8192},
      {"rms_norm_eps", 1e-5},       {"rope_scaling", nullptr}, {"rope_theta", 100000},
      {"tie_word_embeddings", true}};
}

/// Why the configuration with this value in the place of another is refused.
static std::string fault(const std::string& key, const json& value) {
  json config = smollm2();
  config[key] = value;
  const auto read = LlamaConfig::read(config.dump(), "'config.json'");
  return read ? "" : read.error().message;
}

TEST_CASE("The configuration of SmolLM2 is read") {
  const auto config = LlamaConfig::read(smollm2().dump());
  if (!config) FAIL(config.error().message);
  const LlamaShape& shape = config->shape;
  CHECK(shape.layers == 30);
  CHECK(shape.width == 576);
  CHECK(shape.feed_width == 1536);
  CHECK(shape.heads == 9);
  CHECK(shape.kv_heads == 3);
  CHECK(shape.head_size == 64);
  CHECK(shape.rotated == 64);
  CHECK(shape.vocabulary == 49152);
  CHECK(shape.context == 8192);
  CHECK(shape.epsilon == 1e-5f);
  CHECK(config->tied);
  CHECK(!config->attention_bias);
  REQUIRE(config->frequencies.size() == 32);
  CHECK(config->frequencies[1] == Approx(std::pow(100000.0, -1.0 / 32)));
}

TEST_CASE("Positions are scaled as either spelling of the configuration says") {
  json config = smollm2();
  config["rope_scaling"] = {{"type", "linear"}, {"factor", 4.0}};
  const auto old = LlamaConfig::read(config.dump());
  REQUIRE(old);
  CHECK(old->frequencies[0] == 0.25f);
  config.erase("rope_scaling");
  config.erase("rope_theta");
  config["rope_parameters"] = {{"rope_type", "linear"}, {"factor", 4.0}, {"rope_theta", 100000}};
  const auto later = LlamaConfig::read(config.dump());
  REQUIRE(later);
  CHECK(later->frequencies == old->frequencies);
}

TEST_CASE("Mistral and Qwen 2 are read where they see all tokens") {
  CHECK(fault("model_type", "mistral").empty());
  json qwen = smollm2();
  qwen["model_type"] = "qwen2";
  qwen["sliding_window"] = 100;
  const auto read = LlamaConfig::read(qwen.dump());
  REQUIRE(read);
  CHECK(read->attention_bias);
  CHECK(!read->output_bias);
  qwen["use_sliding_window"] = true;
  CHECK(LlamaConfig::read(qwen.dump()).error().message ==
        "in the configuration, sliding_window is 100; Tamis reads models that see all tokens");
}

TEST_CASE("What a configuration lacks, or Tamis does not know, is said in one sentence") {
  CHECK(fault("model_type", "gemma3") ==
        "in 'config.json', model_type is 'gemma3'; Tamis reads 'llama', 'mistral' and 'qwen2'");
  CHECK(fault("model_type", nullptr).find("model_type is missing; Tamis reads") !=
        std::string::npos);
  CHECK(fault("hidden_size", nullptr) ==
        "in 'config.json', hidden_size is missing; a whole number from 1 to 1048576 is needed");
  CHECK(fault("num_hidden_layers", -3).find("num_hidden_layers is -3; a whole number") !=
        std::string::npos);
  CHECK(fault("num_hidden_layers", 2.5).find("num_hidden_layers is 2.5;") != std::string::npos);
  CHECK(
      fault("num_key_value_heads", 4) ==
      "in 'config.json', num_key_value_heads is 4; a divisor of num_attention_heads, 9, is needed");
  CHECK(fault("hidden_size", 577).find("num_attention_heads is 9; a divisor of hidden_size, 577") !=
        std::string::npos);
  CHECK(fault("head_dim", 63).find("head_dim is 63; an even number is needed") !=
        std::string::npos);
  CHECK(fault("hidden_act", "gelu") ==
        "in 'config.json', hidden_act is 'gelu'; Tamis knows 'silu'");
  CHECK(fault("rms_norm_eps", 0) ==
        "in 'config.json', rms_norm_eps is 0; a positive number is needed");
  CHECK(fault("tie_word_embeddings", 1).find("true or false is needed") != std::string::npos);
  CHECK(fault("rope_scaling", {{"rope_type", "yarn"}, {"factor", 4}}) ==
        "in 'config.json', rope_type is 'yarn'; Tamis knows 'default', 'linear' and 'llama3'");
  CHECK(fault("rope_scaling", {{"rope_type", "llama3"}, {"factor", 8}}) ==
        "in 'config.json', low_freq_factor is missing; a positive number is needed");
  CHECK(fault("rope_scaling", 3).find("rope_scaling is 3; an object is needed") !=
        std::string::npos);
  CHECK(fault("quantization_config", {{"bits", 4}}).find("Tamis reads models without it") !=
        std::string::npos);
  CHECK(!LlamaConfig::read("[]"));
}
