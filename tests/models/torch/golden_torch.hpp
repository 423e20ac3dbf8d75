#pragma once

/// \file golden_torch.hpp
/// The golden greedy continuations of SmolLM2, with a model on libtorch.

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <tamis/generation/generate.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/sampler.hpp>
#include <tamis/sources/no_repeat_ngram.hpp>
#include <vector>

#include "catch.hpp"

inline std::vector<nlohmann::json> golden_lines(const std::string& name) {
  std::ifstream file(TAMIS_TESTS_DIR "/golden/" + name);
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(nlohmann::json::parse(line));
  REQUIRE_FALSE(lines.empty());
  return lines;
}

inline std::vector<nlohmann::json> greedy_lines() {
  auto lines = golden_lines("generations.jsonl");
  lines.erase(std::remove_if(lines.begin(), lines.end(),
                             [](const auto& line) { return line["mode"] != "greedy"; }),
              lines.end());
  return lines;
}

/// The new tokens of a line, as `model` writes them.
template <class M>
std::vector<tamis::TokenId> continued(M& model, const nlohmann::json& line) {
  using namespace tamis;
  const auto& parameters = line.at("params");
  const GenerationOptions options{.max_new_tokens = parameters.at("max_new_tokens").get<int>(),
                                  .min_new_tokens = parameters.value("min_new_tokens", 0),
                                  .end_tokens = {2}};
  const Sampler<RepetitionPenalty, Greedy> sampler{
      RepetitionPenalty{parameters.value("repetition_penalty", 1.0f)}, Greedy{}};
  std::vector<NoRepeatNgram> sources;
  if (parameters.contains("no_repeat_ngram_size"))
    sources.emplace_back(parameters["no_repeat_ngram_size"].get<std::size_t>());
  const auto prompt = line.at("prompt_ids").get<std::vector<TokenId>>();
  auto made = generate(
      model, NoTokenizer{}, sampler, prompt, options, [](const GenerationEvent&) {}, sources);
  if (!made) FAIL(made.error().message);
  return made->tokens;
}
