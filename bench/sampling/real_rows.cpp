/// \file real_rows.cpp
/// The logits of the real model, computed once a run.

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <tamis/models/llama.hpp>

#include "inputs.hpp"

namespace tamis::bench {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string model_path() {
  if (const std::string path = variable("TAMIS_MODEL"); !path.empty()) return path;
  const std::string cache = variable("XDG_CACHE_HOME");
  return (cache.empty() ? variable("HOME") + "/.cache" : cache) + "/tamis/SmolLM2-135M-Instruct.Q4_1.gguf";
}

RealRows compute() {
  RealRows rows;
  auto model = Llama::open(model_path());
  std::ifstream file(TAMIS_BENCH_TEXT);
  const auto text = nlohmann::json::parse(file, nullptr, false);
  if (!model || text.is_discarded()) return rows;
  const auto ids = text["ids"].get<std::vector<TokenId>>();
  const auto positions = text["positions"].get<std::set<std::size_t>>();
  auto cache = model->start();
  rows.vocab_size = model->vocab_size();
  model->forward_each(cache, ids, [&](std::size_t i, std::span<const float> logits) {
    if (!positions.count(i)) return;
    rows.logits.insert(rows.logits.end(), logits.begin(), logits.end());
    ++rows.count;
  });
  return rows;
}

}  // namespace

const RealRows& real_rows() {
  static const RealRows rows = compute();
  return rows;
}

}  // namespace tamis::bench
