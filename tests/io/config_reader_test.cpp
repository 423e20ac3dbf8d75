#include <string>
#include <tamis/io/config_keys.hpp>
#include <tamis/io/config_reader.hpp>

#include "catch.hpp"

using namespace tamis;

static GenerationConfig on_top_of(const GenerationConfig& base, const std::string& text) {
  const auto config = read_config(nlohmann::json::parse(text), own_dialect, base);
  REQUIRE(config);
  return *config;
}

TEST_CASE("A layer changes what it names and leaves the rest") {
  GenerationConfig base;
  base.temperature = 0.3;
  base.top_k = 40;
  const GenerationConfig config = on_top_of(base, R"({"top_k": 20, "top_p": null})");
  CHECK(config.temperature == 0.3);
  CHECK(config.top_k == 20);
  CHECK(config.top_p == 0.95);
}

TEST_CASE("A layer that says a length in one way displaces the other way") {
  GenerationConfig base;
  base.max_new_tokens = 100;
  CHECK(on_top_of(base, R"({"max_length": 50})").max_new_tokens == std::nullopt);
  base = {};
  base.max_length = 100;
  CHECK(on_top_of(base, R"({"max_new_tokens": 50})").max_length == std::nullopt);
}

TEST_CASE(
    "A layer that names a strategy displaces do_sample and num_beams, and the other way round") {
  GenerationConfig base;
  base.strategy = Strategy::beam_search;
  base.num_beams = 4;
  const GenerationConfig sampled = on_top_of(base, R"({"strategy": "top_p"})");
  CHECK(sampled.num_beams == 1);
  CHECK(validate(sampled));
  CHECK(on_top_of(base, R"({"num_beams": 8})").strategy == std::nullopt);
  base = {};
  base.do_sample = false;
  CHECK(on_top_of(base, R"({"strategy": "top_k"})").do_sample == std::nullopt);
}

TEST_CASE("Two names of one parameter cannot be in one layer") {
  const auto config =
      read_config(nlohmann::json::parse(R"({"n": 1, "num_return_sequences": 2})"), own_dialect, {});
  REQUIRE_FALSE(config);
  CHECK(config.error().message ==
        "n and num_return_sequences are the same parameter; give one of them");
}

TEST_CASE("Minus one is no token, no seed and no window") {
  GenerationConfig base;
  base.eos_token_id = {2};
  base.seed = 5;
  base.repeat_last_n = 64;
  const GenerationConfig config = on_top_of(
      base, R"({"eos_token_id": -1, "pad_token_id": -1, "seed": -1, "repeat_last_n": -1})");
  CHECK(config.eos_token_id.empty());
  CHECK(config.pad_token_id == std::nullopt);
  CHECK(config.seed == std::nullopt);
  CHECK(config.repeat_last_n == std::nullopt);
}

TEST_CASE("A bad value is refused under the name that the user wrote") {
  const auto config = read_config(nlohmann::json::parse(R"({"max_tokens": -5})"), own_dialect, {});
  REQUIRE_FALSE(config);
  CHECK(config.error().message == "max_tokens is -5; it must be 1 or more");
}
