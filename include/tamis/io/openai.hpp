#pragma once

/// \file openai.hpp
/// The sampling parameters of OpenAI's requests, both ways, with OpenAI's ranges and limits.

#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "../core/result.hpp"
#include "config_dialect.hpp"
#include "config_reader.hpp"
#include "config_writer.hpp"
#include "generation_config.hpp"
#include "generation_fields.hpp"
#include "json_text.hpp"
#include "validate.hpp"

namespace tamis {

/// The two requests there are: chat completions, which have messages, and completions, which have a
/// prompt.
enum class OpenAiRequest { chat, completion };

namespace detail {

inline constexpr Spelling openai_keys[] = {
    {"max_completion_tokens", "max_new_tokens"},
    {"max_tokens", "max_new_tokens"},
    {"stop", "stop_strings"},
    {"n", "num_return_sequences", from_to(1, 128)},
    {"seed"},
    {"temperature", "temperature", from_to(0, 2)},
    {"top_p", "top_p", from_to(0, 1)},
    {"frequency_penalty", "frequency_penalty", from_to(-2, 2)},
    {"presence_penalty", "presence_penalty", from_to(-2, 2)},
    {"logit_bias", "logit_bias", from_to(-100, 100)},
    {"top_logprobs", "logprobs", from_to(0, 20)},
};
inline constexpr Spelling openai_completion_keys[] = {
    {"max_tokens", "max_new_tokens"},
    {"stop", "stop_strings"},
    {"n", "num_return_sequences", from_to(1, 128)},
    {"seed"},
    {"temperature", "temperature", from_to(0, 2)},
    {"top_p", "top_p", from_to(0, 1)},
    {"frequency_penalty", "frequency_penalty", from_to(-2, 2)},
    {"presence_penalty", "presence_penalty", from_to(-2, 2)},
    {"logit_bias", "logit_bias", from_to(-100, 100)},
    {"logprobs", "logprobs", from_to(0, 5)},
};

/// What a request says besides: to whom, about what, and how the answer travels.
inline constexpr std::string_view openai_ignored[] = {
    "audio",
    "echo",
    "function_call",
    "functions",
    "messages",
    "metadata",
    "modalities",
    "model",
    "parallel_tool_calls",
    "prediction",
    "prompt",
    "prompt_cache_key",
    "reasoning_effort",
    "safety_identifier",
    "service_tier",
    "store",
    "stream",
    "stream_options",
    "suffix",
    "tool_choice",
    "tools",
    "user",
    "verbosity",
    "web_search_options",
};

inline constexpr Unsupported openai_unsupported[] = {
    {"best_of", "1", "generate with n, and choose by the scores"},
    {"response_format", R"({"type": "text"})", "constrain the text by a schema of this library"},
};

inline constexpr std::size_t openai_most_stops = 4;

inline Dialect openai_dialect(OpenAiRequest request) {
  if (request == OpenAiRequest::chat) {
    return {"a chat request to OpenAI", openai_keys, false, openai_ignored, openai_unsupported};
  }
  return {"a completion request to OpenAI", openai_completion_keys, false, openai_ignored,
          openai_unsupported};
}

inline GenerationConfig openai_defaults(OpenAiRequest request) {
  GenerationConfig config = neutral_config();
  config.order = PolicyOrder::openai;
  if (request == OpenAiRequest::completion) config.max_new_tokens = 16;
  return config;
}

/// A chat request has a switch and a number for log-probabilities; one number stays.
inline Result<void> merge_logprobs(nlohmann::json& object) {
  const nlohmann::json wanted = object.value("logprobs", nlohmann::json());
  const nlohmann::json top = object.value("top_logprobs", nlohmann::json());
  object.erase("logprobs");
  if (!wanted.is_null() && !wanted.is_boolean()) {
    return Error{"logprobs is " + quoted(wanted) +
                 "; it must be true or false in a chat request to OpenAI"};
  }
  if (wanted == true && top.is_null()) object["top_logprobs"] = 0;
  if (wanted != true && !top.is_null()) {
    return Error{"top_logprobs is " + quoted(top) +
                 ", but logprobs is not true; set it, or leave both out"};
  }
  return {};
}

}  // namespace detail

/// The configuration that an OpenAI request asks for. It is taken for a completion request if it
/// has a prompt and no messages.
///
/// A top_p of 0, which OpenAI allows, is greedy.
inline Result<GenerationConfig> from_openai(std::string_view text) {
  auto object = parse_json_object(text, "the OpenAI request");
  if (!object) return object.error();
  const bool completion = object->contains("prompt") && !object->contains("messages");
  const OpenAiRequest request = completion ? OpenAiRequest::completion : OpenAiRequest::chat;
  if (request == OpenAiRequest::chat) {
    if (const auto merged = detail::merge_logprobs(*object); !merged) return merged.error();
  }
  GenerationConfig base = detail::openai_defaults(request);
  if (const auto top_p = object->find("top_p"); top_p != object->end() && *top_p == 0) {
    object->erase(top_p);
    base.do_sample = false;
  }
  auto config = read_config(*object, detail::openai_dialect(request), std::move(base));
  if (!config) return config;
  if (config->stop_strings.size() > detail::openai_most_stops) {
    return Error{"stop has " + std::to_string(config->stop_strings.size()) +
                 " texts; OpenAI takes at most 4"};
  }
  if (const auto valid = validate(*config); !valid) return valid.error();
  return config;
}

/// The sampling parameters of an OpenAI request for this configuration. An error if OpenAI has no
/// parameter for something that changes the text, or does not allow its value.
inline Result<std::string> to_openai(const GenerationConfig& config,
                                     OpenAiRequest request = OpenAiRequest::chat) {
  if (const auto valid = validate(config); !valid) return valid.error();
  if (const auto usual = detail::follows_the_usual_rules(config, "OpenAI"); !usual)
    return usual.error();
  GenerationConfig plain = resolved(config);
  if (!*plain.do_sample && plain.num_beams == 1) {
    plain.temperature = 0;
    plain.top_p = 1;
  }
  for (TokenBias& bias : plain.logit_bias) {
    if (std::isinf(bias.bias)) bias.bias = -100;  // OpenAI's way of banning a token
  }
  if (plain.stop_strings.size() > detail::openai_most_stops) {
    return Error{"stop_strings has " + std::to_string(plain.stop_strings.size()) +
                 " texts; OpenAI takes at most 4"};
  }
  auto object =
      write_config(plain, detail::openai_dialect(request), detail::openai_defaults(request));
  if (!object) return object.error();
  if (object->contains("top_logprobs")) (*object)["logprobs"] = true;
  return object->dump(2);
}

}  // namespace tamis
