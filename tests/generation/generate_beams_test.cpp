/// \file generate_beams_test.cpp
/// Beam search on SmolLM2-135M-Instruct.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <tamis/generation/generate_beams.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/sources/no_repeat_ngram.hpp>
#include <vector>

#include "catch.hpp"
#include "real_model.hpp"

using namespace tamis;
using Json = nlohmann::json;
using Tokens = std::vector<TokenId>;

static BeamOptions beam_options(const Json& parameters) {
  const Json early = parameters.value("early_stopping", Json(false));
  BeamOptions options;
  options.num_beams = parameters.at("num_beams").get<int>();
  options.num_return_sequences = parameters.value("num_return_sequences", 1);
  options.length_penalty = parameters.value("length_penalty", 1.0);
  options.early_stopping = early.is_string()   ? EarlyStopping::never
                           : early.get<bool>() ? EarlyStopping::yes
                                               : EarlyStopping::no;
  options.num_beam_groups = parameters.value("num_beam_groups", 1);
  options.diversity_penalty = parameters.value("diversity_penalty", 0.0);
  return options;
}

/// Compares the sequences, their order and their scores; those may be written with padding.
static void compare(Llama& model, const Bpe& tokenizer, const Json& line) {
  const Json& parameters = line.at("params");
  INFO(line.at("prompt") << " " << parameters);
  const Tokens ends = parameters.value("eos_token_id", Tokens{2});
  std::vector<NoRepeatNgram> sources;
  if (parameters.contains("no_repeat_ngram_size"))
    sources.emplace_back(parameters["no_repeat_ngram_size"].get<std::size_t>());
  const auto found = generate_beams(
      model, tokenizer, Sampler{RepetitionPenalty{parameters.value("repetition_penalty", 1.0f)}},
      line.at("prompt_ids").get<Tokens>(), beam_options(parameters),
      {.max_new_tokens = parameters.at("max_new_tokens").get<int>(),
       .min_new_tokens = parameters.value("min_new_tokens", 0),
       .end_tokens = ends,
       .skip_special_tokens = true},
      [](const BeamStep&) {}, sources);
  REQUIRE(found);
  const auto expected = line.at("sequences").get<std::vector<Tokens>>();
  REQUIRE(found->sequences.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    Tokens tokens = expected[i];
    while (tokens.size() > 1 && tokens.back() == 2 && tokens[tokens.size() - 2] == 2)
      tokens.pop_back();
    Tokens given = found->sequences[i].tokens;
    // HF's scorer of groups writes the first end token in the place of any.
    if (line.at("mode") == "beam_groups" && std::ranges::count(ends, given.back()) > 0)
      given.back() = ends.front();
    CHECK(given == tokens);
    CHECK(found->sequences[i].score == Approx(line.at("scores")[i].get<double>()).margin(1e-3));
    if (line.contains("texts")) {
      CHECK(found->sequences[i].text == line.at("texts")[i].get<std::string>());
    }
  }
}

static std::size_t compare_lines(const std::string& name, const std::string& mode,
                                 std::size_t every) {
  RealModel* const it = real_model();
  if (!it) return 0;
  std::ifstream file(TAMIS_TESTS_DIR "/golden/" + name);
  std::size_t lines = 0;
  for (std::string text; std::getline(file, text);) {
    const Json line = Json::parse(text);
    if (line.at("mode") != mode) continue;
    if (lines++ % every == 0) compare(it->model, it->tokenizer, line);
  }
  return lines;
}

TEST_CASE("Beam searches of a real model find the sequences of transformers") {
  compare_lines("generations.jsonl", "beam_search", 7);
}

TEST_CASE("All beam searches of a real model find the sequences of transformers", "[slow]") {
  if (!model_path()) return;
  CHECK(compare_lines("generations.jsonl", "beam_search", 1) == 18);
}

TEST_CASE("Diverse groups of beams of a real model find the sequences of transformers") {
  compare_lines("strategies.jsonl", "beam_groups", 11);
}

TEST_CASE("Beam searches with several ends find the sequences of transformers") {
  compare_lines("strategies.jsonl", "beam_search", 7);
}

TEST_CASE("All groups of beams and all ends find the sequences of transformers", "[slow]") {
  if (!model_path()) return;
  CHECK(compare_lines("strategies.jsonl", "beam_groups", 1) == 33);
  CHECK(compare_lines("strategies.jsonl", "beam_search", 1) == 22);
}
