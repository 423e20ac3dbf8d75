/// \file real_rows.cpp
/// The logits of the real model, computed once a run.

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <tamis/models/llama.hpp>

#include "../../examples/installed_model.hpp"
#include "inputs.hpp"

namespace tamis::bench {
namespace {

RealRows compute() {
  RealRows rows;
  auto model = Llama::open(installed_model());
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
