#include <tamis/presets/pipeline_json.hpp>

#include <fstream>

#include "catch.hpp"
#include "presets/team_row.hpp"

using namespace tamis;
using namespace tamis::testing;
using nlohmann::json;

static std::string refusal(const char* text) {
  const auto pipeline = pipeline_from_json(json::parse(text));
  return pipeline ? "none" : pipeline.error().message;
}

static std::vector<float> left_by(const char* text, std::vector<float> row,
                                  std::vector<TokenId> prompt = {},
                                  std::vector<TokenId> generated = {}) {
  const auto pipeline = pipeline_from_json(json::parse(text));
  REQUIRE(pipeline);
  const auto left = pipeline->distribution(row, prompt, generated, 0, team_row());
  row.assign(row.size(), masked);
  for (const auto& k : left.kept())
    row[static_cast<std::size_t>(k.id)] = static_cast<float>(k.logit);
  return row;
}

TEST_CASE("A pipeline of JSON applies its steps from left to right") {
  CHECK((left_by(R"([{"type": "temperature", "temperature": 0.5}, {"type": "top_k", "k": 2}])",
                 {1, 3, 2}) == std::vector{masked, 6.0f, 4.0f}));
  CHECK((left_by("[]", {1, 3, 2}) == std::vector{1.0f, 3.0f, 2.0f}));
}

TEST_CASE("Steps see the history, within a window if they say so") {
  const char* all = R"([{"type": "repetition_penalty", "penalty": 2}])";
  const char* last = R"([{"type": "repetition_penalty", "penalty": 2, "last_n": 2}])";
  CHECK((left_by(all, {4, 4, 4, 4}, {0}, {1, 2}) == std::vector{2.0f, 2.0f, 2.0f, 4.0f}));
  CHECK((left_by(last, {4, 4, 4, 4}, {0}, {1, 2}) == std::vector{4.0f, 2.0f, 2.0f, 4.0f}));
  const char* output = R"([{"type": "frequency_penalty", "penalty": 1, "over": "generated"}])";
  const char* both =
      R"([{"type": "frequency_penalty", "penalty": 1, "over": "prompt_and_generated"}])";
  CHECK((left_by(output, {4, 4, 4}, {0}, {1, 1}) == std::vector{4.0f, 2.0f, 4.0f}));
  CHECK((left_by(both, {4, 4, 4}, {0}, {1, 1}) == std::vector{3.0f, 2.0f, 4.0f}));
}

TEST_CASE("Sources of JSON speak at their lengths") {
  const std::vector<float> row = {1, 2, 3};
  CHECK((left_by(R"([{"type": "min_new_tokens", "min_new_tokens": 2, "eos": [1]}])", row, {0, 0},
                 {0}) == std::vector{1.0f, masked, 3.0f}));
  CHECK(left_by(R"([{"type": "min_new_tokens", "min_new_tokens": 1, "eos": [1]}])", row, {0, 0},
                {0}) == row);
  CHECK((left_by(R"([{"type": "suppress_tokens_at_begin", "tokens": [2]}])", row, {0, 0}) ==
         std::vector{1.0f, 2.0f, masked}));
  CHECK(left_by(R"([{"type": "suppress_tokens_at_begin", "tokens": [2]}])", row, {0, 0}, {0}) ==
        row);
  CHECK((left_by(R"([{"type": "forced_eos", "max_length": 3, "tokens": [0]}])", row, {0, 0}) ==
         std::vector{0.0f, masked, masked}));
  CHECK(
      (left_by(
           R"([{"type": "dry", "multiplier": 1, "base": 2, "allowed_length": 1, "breakers": []}])",
           row, {1, 0, 1}) == std::vector{0.0f, 2.0f, 3.0f}));
}

TEST_CASE("Adaptive-p of JSON aims at the target, or past it where an average is given") {
  const std::vector<float> row = {std::log(0.5f), std::log(0.3f), std::log(0.2f)};
  CHECK(left_by(R"([{"type": "adaptive_p", "target": 0.3}])", row)[1] == Approx(5));
  CHECK(left_by(R"([{"type": "adaptive_p", "target": 0.3, "average": 0.4}])", row)[2] == Approx(5));
}

TEST_CASE("A green list of JSON follows from its key and the last tokens") {
  const std::vector<float> row(64);
  const auto of = [&](const char* key, TokenId last) {
    const std::string text = std::string(R"([{"type": "green_list", "gamma": 0.5, "delta": 1, )") +
                             R"("context_width": 1, "key": )" + key + "}]";
    return left_by(text.c_str(), row, {3}, {last});
  };
  CHECK((std::ranges::count(of("7", 5), 1.0f) > 16 && std::ranges::count(of("7", 5), 0.0f) > 16));
  CHECK(of("7", 5) == of("7", 5));
  CHECK(of("7", 5) != of("7", 6));
  CHECK(of("7", 5) != of("8", 5));
}

TEST_CASE("Every type that is offered can be read, and its parameters are missed") {
  for (const std::string_view type : detail::step_types) {
    const std::string said = refusal(json::array({{{"type", type}}}).dump().c_str());
    CAPTURE(type);
    if (type == "log_softmax" || type == "greedy")
      CHECK(said == "none");
    else
      CHECK(said.find("\" is missing") != std::string::npos);
  }
}

TEST_CASE("Every type of tests/golden/README.md is known") {
  std::ifstream readme(std::string(TAMIS_TESTS_DIR) + "/golden/README.md");
  REQUIRE(readme);
  std::size_t types = 0;
  bool in_table = false;
  for (std::string line; std::getline(readme, line);) {
    if (line.starts_with("| type |")) in_table = true;
    if (!in_table || !line.starts_with("| `")) continue;
    const std::string first = line.substr(0, line.find('|', 1));
    for (std::size_t at = first.find('`'); at != std::string::npos; at = first.find('`', at + 1)) {
      const std::size_t end = first.find('`', at + 1);
      const std::string type = first.substr(at + 1, end - at - 1);
      CAPTURE(type);
      CHECK(std::ranges::count(detail::step_types, type) == 1);
      ++types, at = end;
    }
  }
  CHECK(types >= 27);
}

TEST_CASE("Each thing wrong with a pipeline has its sentence") {
  const std::pair<const char*, const char*> sentences[] = {
      {R"({"type": "top_k"})",
       R"(a pipeline is a list of steps such as {"type": "top_k", "k": 50}, not {"type":"top_k"})"},
      {R"("top_k")",
       R"(a pipeline is a list of steps such as {"type": "top_k", "k": 50}, not "top_k")"},
      {"[5]", R"(step 1 of the pipeline is 5; it must be an object with a "type")"},
      {R"([{"type": "greedy"}, {"k": 5}])",
       R"(step 2 of the pipeline is {"k":5}; it must be an object with a "type")"},
      {R"([{"type": 5}])",
       R"(step 1 of the pipeline is {"type":5}; it must be an object with a "type")"},
      {R"([{"type": "topk", "k": 5}])",
       R"(step 1 of the pipeline: there is no policy of type "topk"; did you mean 'top_k'?)"},
      {R"([{"type": "warmth"}])", R"(step 1 of the pipeline: there is no policy of type "warmth")"},
      {R"([{"type": "top_k"}])", R"(step 1 of the pipeline, "top_k": its "k" is missing)"},
      {R"([{"type": "top_k", "K": 5, "k": 3}])",
       R"(step 1 of the pipeline, "top_k": it has no parameter "K"; did you mean 'k'?)"},
      {R"([{"type": "top_p", "p": 0.9, "min_keep": 2}])",
       R"(step 1 of the pipeline, "top_p": it has no parameter "min_keep")"},
      {R"([{"type": "top_k", "k": -1}])",
       R"(step 1 of the pipeline, "top_k": its "k" is -1; it must be from 0 to 4294967295)"},
      {R"([{"type": "top_k", "k": 4294967297}])",
       R"(step 1 of the pipeline, "top_k": its "k" is 4294967297; it must be from 0 to 4294967295)"},
      {R"([{"type": "top_k", "k": 2.5}])",
       R"(step 1 of the pipeline, "top_k": its "k" is 2.5; it must be a whole number, from 0 to 4294967295)"},
      {R"([{"type": "top_p", "p": 1.5}])",
       R"(step 1 of the pipeline, "top_p": its "p" is 1.5; it must be from 0 to 1)"},
      {R"([{"type": "top_p", "p": "0.9"}])",
       R"(step 1 of the pipeline, "top_p": its "p" is "0.9"; it must be from 0 to 1)"},
      {R"([{"type": "temperature", "temperature": -1}])",
       R"(step 1 of the pipeline, "temperature": its "temperature" is -1; it must be 0 or more)"},
      {R"([{"type": "temperature", "temperature": 1e300}])",
       R"(step 1 of the pipeline, "temperature": its "temperature" is 1e+300; it must fit in a float, from 1e-45 to 3e38 in size)"},
      {R"([{"type": "repetition_penalty", "penalty": 0}])",
       R"(step 1 of the pipeline, "repetition_penalty": its "penalty" is 0; it must be more than 0)"},
      {R"([{"type": "repetition_penalty", "penalty": 1e-300}])",
       R"(step 1 of the pipeline, "repetition_penalty": its "penalty" is 1e-300; it must fit in a float, from 1e-45 to 3e38 in size)"},
      {R"([{"type": "frequency_penalty", "penalty": 1, "over": "all"}])",
       R"(step 1 of the pipeline, "frequency_penalty": its "over" is "all"; it must be "prompt_and_generated" or "generated")"},
      {R"([{"type": "presence_penalty", "penalty": 1, "over": 3}])",
       R"(step 1 of the pipeline, "presence_penalty": its "over" is 3; it must be "prompt_and_generated" or "generated")"},
      {R"([{"type": "repetition_penalty", "penalty": 2, "last_n": -1}])",
       R"(step 1 of the pipeline, "repetition_penalty": its "last_n" is -1; it must be 0 or more)"},
      {R"([{"type": "suppress_tokens", "tokens": 5}])",
       R"(step 1 of the pipeline, "suppress_tokens": its "tokens" is 5; it must be a list of token ids)"},
      {R"([{"type": "suppress_tokens", "tokens": [5, -1]}])",
       R"(step 1 of the pipeline, "suppress_tokens": its "tokens" is -1; it must be a token id, 0 or more)"},
      {R"([{"type": "forced_bos", "token": 4294967297}])",
       R"(step 1 of the pipeline, "forced_bos": its "token" is 4294967297; it must be a token id, 0 or more)"},
      {R"([{"type": "forced_eos", "tokens": [1], "max_length": 0}])",
       R"(step 1 of the pipeline, "forced_eos": its "max_length" is 0; it must be 1 or more)"},
      {R"([{"type": "logit_bias", "bias": 5}])",
       R"(step 1 of the pipeline, "logit_bias": its "bias" is 5; it must be a list)"},
      {R"([{"type": "logit_bias", "bias": [[5]]}])",
       R"(step 1 of the pipeline, "logit_bias": its "bias" is [5]; it must be tokens and a number, as in [[5, 7], -1.5])"},
      {R"([{"type": "logit_bias", "bias": [[5, 1e300]]}])",
       R"(step 1 of the pipeline, "logit_bias": its "bias" is 1e+300; it must fit in a float, from 1e-45 to 3e38 in size)"},
      {R"([{"type": "sequence_bias", "sequences": [[[], 2]]}])",
       R"(step 1 of the pipeline, "sequence_bias": its "sequences" is [[],2]; it must be at least one token)"},
      {R"([{"type": "bad_words", "words": [[]]}])",
       R"(step 1 of the pipeline, "bad_words": its "words" is []; it must be at least one token)"},
      {R"([{"type": "no_repeat_ngram", "n": 0}])",
       R"(step 1 of the pipeline, "no_repeat_ngram": its "n" is 0; it must be 1 or more)"},
      {R"([{"type": "dry", "multiplier": 1, "base": 2, "allowed_length": 0, "breakers": []}])",
       R"(step 1 of the pipeline, "dry": its "allowed_length" is 0; it must be 1 or more)"},
      {R"([{"type": "smoothing", "factor": 1, "curve": 0.5}])",
       R"(step 1 of the pipeline, "smoothing": its "curve" is 0.5; it must be 1 or more)"},
  };
  for (const auto& [text, sentence] : sentences) {
    CAPTURE(text);
    CHECK(refusal(text) == sentence);
  }
}

TEST_CASE("Text that is not proper UTF-8 is refused, not thrown at") {
  const json list = json::array({{{"type", std::string("\xff")}}});
  CHECK_FALSE(pipeline_from_json(list));
  const json value = json::array({{{"type", "top_k"}, {"k", std::string("\xff")}}});
  CHECK_FALSE(pipeline_from_json(value));
  const json key = json::array({{{"type", "top_k"}, {"k", 1}, {std::string("\xff"), 1}}});
  CHECK_FALSE(pipeline_from_json(key));
}
