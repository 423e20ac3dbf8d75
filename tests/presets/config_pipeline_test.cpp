#include <nlohmann/json.hpp>
#include <string>
#include <tamis/io/config_reader.hpp>
#include <tamis/io/generation_config_json.hpp>
#include <tamis/presets/config_pipeline.hpp>
#include <tamis/presets/pipeline_json.hpp>
#include <tamis/testing/rows.hpp>

#include "catch.hpp"
#include "team_row.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

static GenerationConfig config_of(const std::string& json) {
  const auto config = read_config(nlohmann::json::parse(json), own_dialect, neutral_config());
  REQUIRE(config);
  return *config;
}

static std::string names_of(const Pipeline& pipeline) {
  std::string names;
  for (const auto& step : pipeline.steps()) names += (names.empty() ? "" : " ") + step.type;
  return names;
}

static std::string names_of(const std::string& json) {
  const auto pipeline = config_pipeline(config_of(json), 100);
  REQUIRE(pipeline);
  return names_of(*pipeline);
}

static std::string refusal_of(const std::string& json) {
  const auto pipeline = config_pipeline(config_of(json), 100);
  REQUIRE_FALSE(pipeline);
  return pipeline.error().message;
}

TEST_CASE("A configuration's pipeline has the policies that it sets, in the order that it names") {
  const std::string usual =
      R"("temperature": 0.7, "top_k": 40, "top_p": 0.9, "min_p": 0.05, "repetition_penalty": 1.1,
         "frequency_penalty": 0.5, "presence_penalty": 0.5)";
  CHECK(names_of("{" + usual + "}") ==
        "repetition_penalty frequency_penalty presence_penalty temperature top_k top_p min_p");
  CHECK(names_of(R"({"order": "llama_cpp", )" + usual + "}") ==
        "repetition_penalty frequency_penalty presence_penalty top_k top_p min_p temperature");
  CHECK(names_of(R"({"order": "vllm", )" + usual + "}") ==
        "repetition_penalty frequency_penalty presence_penalty temperature min_p top_k top_p");
  CHECK(
      names_of(R"({"order": "sglang", "logit_bias": {"3": 1}, )" + usual + "}") ==
      "frequency_penalty presence_penalty repetition_penalty biases temperature top_p top_k min_p");
  CHECK(names_of(R"({"order": "openai", "temperature": 0.5, "top_p": 0.5})") ==
        "temperature top_p");
  CHECK(names_of("{}") == "");
  CHECK(names_of(R"({"temperature": 0, "top_k": 5, "repetition_penalty": 2})") ==
        "repetition_penalty greedy");
  CHECK(names_of(R"({"order": "llama_cpp", "mirostat": 2, "top_k": 5, "temperature": 0.5})") ==
        "temperature mirostat");
  CHECK(names_of(R"({"max_new_tokens": 5, "stop_strings": ["x"], "seed": 3})") == "");
}

TEST_CASE("A configuration's pipeline leaves what the same steps from JSON leave") {
  const std::string cases[][2] = {
      {R"({"temperature": 0.7, "top_k": 40, "top_p": 0.9, "min_p": 0.05})",
       R"([{"type": "temperature", "temperature": 0.7}, {"type": "top_k", "k": 40},
           {"type": "top_p", "p": 0.9}, {"type": "min_p", "p": 0.05}])"},
      {R"({"order": "llama_cpp", "repetition_penalty": 1.3, "repeat_last_n": 4, "top_n_sigma": 2,
           "dynatemp_range": 0.5})",
       R"([{"type": "repetition_penalty", "penalty": 1.3, "last_n": 4},
           {"type": "top_n_sigma", "n": 2}, {"type": "dynamic_temperature", "min_temperature": 0.5,
           "max_temperature": 1.5, "exponent": 1}])"},
      {R"({"order": "llama_cpp", "frequency_penalty": 0.5, "presence_penalty": 0.25})",
       R"([{"type": "frequency_penalty", "penalty": 0.5, "over": "prompt_and_generated"},
           {"type": "presence_penalty", "penalty": 0.25, "over": "prompt_and_generated"}])"},
      {R"({"order": "vllm", "frequency_penalty": 0.5, "repetition_penalty": 1.2})",
       R"([{"type": "repetition_penalty", "penalty": 1.2},
           {"type": "frequency_penalty", "penalty": 0.5, "over": "generated"}])"},
      {R"({"dry_multiplier": 0.8, "dry_base": 1.5, "dry_sequence_breakers": []})",
       R"([{"type": "dry", "multiplier": 0.8, "base": 1.5, "allowed_length": 2, "breakers": []}])"},
      {R"({"logit_bias": {"3": 2.5}, "bad_words_ids": [[5], [2, 6]], "no_repeat_ngram_size": 2})",
       R"([{"type": "logit_bias", "bias": [[3, 2.5]]}, {"type": "bad_words", "words": [[5], [2, 6]]},
           {"type": "no_repeat_ngram", "n": 2}])"},
      {R"({"eos_token_id": [9], "min_new_tokens": 5,
           "exponential_decay_length_penalty": [1, 1.5]})",
       R"([{"type": "min_new_tokens", "eos": [9], "min_new_tokens": 5}])"},
      {R"({"eos_token_id": [9], "exponential_decay_length_penalty": [1, 1.5]})",
       R"([{"type": "exponential_decay_length_penalty", "start": 1, "factor": 1.5, "eos": [9]}])"},
      {R"({"typical_p": 0.7, "epsilon_cutoff": 0.001, "eta_cutoff": 0.002, "top_a": 0.1,
           "logit_softcap": 10, "top_h": 0.9})",
       R"([{"type": "soft_cap", "cap": 10}, {"type": "top_h", "h": 0.9},
           {"type": "typical_p", "p": 0.7}, {"type": "epsilon_cutoff", "epsilon": 0.001},
           {"type": "eta_cutoff", "epsilon": 0.002}, {"type": "top_a", "a": 0.1}])"}};
  const auto row = make_row(RowKind::normal, 4, 100);
  const Ids prompt = {7, 2, 9, 7}, generated = {3, 7, 2};
  for (const auto& [config, steps] : cases) {
    INFO(config);
    const auto ours = config_pipeline(config_of(config), row.size());
    const auto theirs = pipeline_from_json(nlohmann::json::parse(steps));
    REQUIRE(ours);
    REQUIRE(theirs);
    const auto left = [&](const Pipeline& pipeline) {
      std::vector<std::pair<TokenId, double>> kept;
      const auto all = pipeline.distribution(row, prompt, generated, 1, team_row());
      for (const auto& k : all.kept()) kept.push_back({k.id, k.logit});
      return kept;
    };
    CHECK(left(*ours) == left(*theirs));
    CHECK(left(*ours) != left(Pipeline()));
  }
}

TEST_CASE("What logits and token ids are not enough for is refused") {
  CHECK(refusal_of(R"({"num_beams": 4})") ==
        "num_beams is 4, but a beam search draws from no distribution of one token; leave it out");
  CHECK(refusal_of(R"({"bad_words": ["x"]})") ==
        "bad_words are texts, and here is no tokenizer; give their tokens as bad_words_ids");
  CHECK(refusal_of(R"({"dry_multiplier": 1})").find("dry_sequence_breakers are texts") == 0);
  CHECK(refusal_of(R"({"min_new_tokens": 3})").find("min_new_tokens is about the end") == 0);
  CHECK(refusal_of(R"({"guidance_scale": 2})").find("guidance_scale needs a model") == 0);
  CHECK(refusal_of(R"({"mirostat": 1})").find("mirostat is 1, which needs") == 0);
  CHECK(refusal_of(R"({"adaptive_target": 0.5})").find("adaptive_target is set") == 0);
  CHECK(refusal_of(R"({"order": "openai", "top_k": 5})").find("top_k is 5, which is no part") == 0);
}

TEST_CASE(
    "Adaptive-p ends the pipeline in the order of llama.cpp, and is nothing to a greedy one") {
  CHECK(names_of(R"({"adaptive_target": 0.5, "temperature": 0.8, "order": "llama_cpp"})") ==
        "temperature adaptive_p");
  CHECK(names_of(R"({"adaptive_target": 0.5, "do_sample": false})") == "greedy");
}

TEST_CASE("Where it is known what texts are as tokens, they are banned, and break repetitions") {
  const auto row = make_row(RowKind::normal, 4, 100);
  const Ids prompt = {7, 2, 9, 7, 2}, generated = {3, 7, 2};
  const std::string cases[][2] = {
      {R"({"bad_words": ["x", "y"]})", R"([{"type": "bad_words", "words": [[5], [2, 6]]}])"},
      {R"({"dry_multiplier": 0.8, "dry_base": 1.5, "dry_sequence_breakers": ["z"]})",
       R"([{"type": "dry", "multiplier": 0.8, "base": 1.5, "allowed_length": 2, "breakers": [9]}])"}};
  for (const auto& [config, steps] : cases) {
    INFO(config);
    const bool bans = config.find("bad_words") != std::string::npos;
    SequenceContext words;
    if (bans) words.bad_words = {{5}, {2, 6}};
    if (!bans) words.dry_breakers = {9};
    const auto ours = config_pipeline(config_of(config), row.size(), words);
    const auto theirs = pipeline_from_json(nlohmann::json::parse(steps));
    REQUIRE(ours);
    REQUIRE(theirs);
    auto make_row_on_team = team_row();
    const auto left = ours->distribution(row, prompt, generated, 1, make_row_on_team),
               wanted = theirs->distribution(row, prompt, generated, 1, make_row_on_team);
    REQUIRE(left.kept().size() == wanted.kept().size());
    for (std::size_t i = 0; i < left.kept().size(); ++i) {
      CHECK(left.kept()[i].id == wanted.kept()[i].id);
      CHECK(left.kept()[i].logit == wanted.kept()[i].logit);
    }
  }
}
