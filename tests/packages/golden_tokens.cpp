/// \file golden_tokens.cpp
/// With the single header of all that needs no third party: the model's greedy tokens are those of transformers.
///
///     golden_tokens MODEL.gguf generations.jsonl

#include <tamis/tamis_all.hpp>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

int main(int count, char** values) {
  if (count != 3) return std::fprintf(stderr, "usage: golden_tokens MODEL.gguf generations.jsonl\n"), 2;
  auto model = tamis::Llama::open(values[1]);
  if (!model) return std::fprintf(stderr, "%s\n", model.error().message.c_str()), 1;
  std::ifstream file(values[2]);
  int lines = 0;
  for (std::string text; lines < 5 && std::getline(file, text);) {
    const auto line = nlohmann::json::parse(text);
    if (line.at("mode") != "greedy" || line.at("params").size() != 1) continue;  // max_new_tokens alone
    const auto prompt = line.at("prompt_ids").get<std::vector<tamis::TokenId>>();
    const auto expected = line.at("new_ids").get<std::vector<tamis::TokenId>>();
    const auto made = tamis::generate(*model, tamis::NoTokenizer{}, tamis::Sampler{tamis::Greedy{}}, prompt,
                                      {.max_new_tokens = static_cast<int>(expected.size())});
    if (!made || made->tokens != expected) return std::fprintf(stderr, "line %d has other tokens\n", lines), 1;
    ++lines;
  }
  std::printf("%d greedy continuations are the golden ones\n", lines);
  return lines == 5 ? 0 : 1;
}
