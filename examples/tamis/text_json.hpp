#pragma once

/// \file text_json.hpp
/// A text that was generated, as JSON.

#include <nlohmann/json.hpp>
#include <optional>
#include <tamis/generation/generation.hpp>

namespace command {

/// The score is the sum of the log-probabilities, which are the model's own, before any policy.
/// Those after, and those of the likeliest tokens, are there if `logprobs` was asked for; of the
/// prompt's tokens after the first, if `prompt_logprobs` was. A token for which the model was not
/// asked has null.
inline nlohmann::ordered_json json_of(const tamis::Generation& text) {
  double score = 0;
  using Json = nlohmann::ordered_json;
  const auto number = [](const std::optional<double>& one) { return one ? Json(*one) : Json(); };
  const auto likeliest = [](const tamis::LogProbability& log) {
    Json list = Json::array();
    for (const auto& candidate : log.raw_top)
      list.push_back({{"id", candidate.token}, {"logprob", candidate.log_probability}});
    return list;
  };
  Json raw = Json::array(), processed = Json::array(), top = Json::array();
  bool has_processed = false, has_top = false;
  for (const tamis::LogProbability& log : text.log_probabilities) {
    score += log.raw.value_or(0);
    raw.push_back(number(log.raw));
    processed.push_back(number(log.processed));
    top.push_back(likeliest(log));
    has_processed |= log.processed.has_value();
    has_top |= !log.raw_top.empty();
  }
  Json object = {{"ids", text.tokens},
                 {"text", text.text},
                 {"score", score},
                 {"logprobs", raw},
                 {"finish_reason", tamis::name_of(text.finish)}};
  if (has_processed) object["processed_logprobs"] = processed;
  if (has_top) object["top_logprobs"] = top;
  if (text.statistics.forced_tokens > 0) object["forced_tokens"] = text.statistics.forced_tokens;
  if (!text.prompt_log_probabilities.empty()) {
    Json of_prompt = Json::array(), prompt_top = Json::array();
    for (const tamis::LogProbability& log : text.prompt_log_probabilities) {
      of_prompt.push_back(number(log.raw));
      prompt_top.push_back(likeliest(log));
    }
    object["prompt_logprobs"] = of_prompt;
    if (!text.prompt_log_probabilities.front().raw_top.empty())
      object["prompt_top_logprobs"] = prompt_top;
  }
  return object;
}

}  // namespace command
