#pragma once

/// \file text_json.hpp
/// A text that was generated, as JSON.

#include <nlohmann/json.hpp>
#include <tamis/generation/generation.hpp>
#include <vector>

namespace command {

/// The score is the sum of the log-probabilities, which are the model's own, before any policy.
/// Those after, and those of the likeliest tokens, are there if `logprobs` was asked for.
inline nlohmann::ordered_json json_of(const tamis::Generation& text) {
  double score = 0;
  std::vector<double> raw, processed;
  nlohmann::ordered_json top = nlohmann::ordered_json::array();
  for (const tamis::LogProbability& log : text.log_probabilities) {
    raw.push_back(log.raw.value_or(0));
    score += raw.back();
    if (log.processed) processed.push_back(*log.processed);
    if (log.raw_top.empty()) continue;
    top.push_back(nlohmann::ordered_json::array());
    for (const auto& candidate : log.raw_top) {
      top.back().push_back({{"id", candidate.token}, {"logprob", candidate.log_probability}});
    }
  }
  nlohmann::ordered_json object = {{"ids", text.tokens},
                                   {"text", text.text},
                                   {"score", score},
                                   {"logprobs", raw},
                                   {"finish_reason", tamis::name_of(text.finish)}};
  if (!processed.empty()) object["processed_logprobs"] = processed;
  if (!top.empty()) object["top_logprobs"] = top;
  return object;
}

}  // namespace command
