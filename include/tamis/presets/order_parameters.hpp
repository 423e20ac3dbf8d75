#pragma once

/// \file order_parameters.hpp
/// Which parameters the order of a peer has a policy for.

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "../core/result.hpp"
#include "../io/config_value.hpp"
#include "../io/generation_config.hpp"
#include "../io/generation_fields.hpp"
#include "../io/json_text.hpp"

namespace tamis {

namespace detail {

inline constexpr std::string_view in_llama_cpp[] = {"temperature",
                                                    "dynatemp_range",
                                                    "top_k",
                                                    "top_p",
                                                    "min_p",
                                                    "typical_p",
                                                    "top_n_sigma",
                                                    "xtc_probability",
                                                    "repetition_penalty",
                                                    "frequency_penalty",
                                                    "presence_penalty",
                                                    "dry_multiplier",
                                                    "adaptive_target"};
inline constexpr std::string_view in_vllm[] = {
    "temperature",       "top_k",           "top_p", "min_p", "repetition_penalty",
    "frequency_penalty", "presence_penalty"};
inline constexpr std::string_view in_openai[] = {"temperature", "top_p", "frequency_penalty",
                                                 "presence_penalty"};

/// A peer, and its parameters.
struct OrderParameters {
  std::string_view peer;
  std::span<const std::string_view> known;
};

inline OrderParameters parameters_of(PolicyOrder order) {
  switch (order) {
    case PolicyOrder::llama_cpp:
      return {"llama.cpp", in_llama_cpp};
    case PolicyOrder::vllm:
      return {"vLLM", in_vllm};
    case PolicyOrder::sglang:
      return {"SGLang", in_vllm};
    case PolicyOrder::openai:
      return {"OpenAI", in_openai};
    case PolicyOrder::hf:
      break;
  }
  return {};
}

}  // namespace detail

/// An error if a parameter that shapes the distribution, and acts, is none of those that the
/// configuration's order has a policy for. HF's order has all but those of llama.cpp that end the
/// chain themselves.
inline Result<void> check_order(const GenerationConfig& config) {
  if (config.order == PolicyOrder::hf) {
    if (config.do_sample == false) return {};
    if (config.mirostat == 1)
      return Error{
          "mirostat is 1, which is part of the order of llama.cpp alone; set order to llama_cpp, or "
          "mirostat to 2, its successor"};
    if (config.adaptive_target)
      return Error{
          "adaptive_target is set, which is part of the order of llama.cpp alone; set order to "
          "llama_cpp"};
    return {};
  }
  const detail::OrderParameters order = detail::parameters_of(config.order);
  for (const GenerationField& field : generation_fields) {
    const bool shapes =
        field.group == FieldGroup::distribution || field.group == FieldGroup::repetition;
    if (!shapes || is_neutral(field, config) || std::ranges::count(order.known, field.name) > 0)
      continue;
    const std::string value = detail::quoted(visit_member(field, config, detail::JsonOf()));
    return Error{std::string(field.name) + " is " + value + ", which is no part of the order of " +
                 std::string(order.peer) + "; leave it out, or set order to " +
                 (field.name == "adaptive_target" ? "llama_cpp" : "hf")};
  }
  return {};
}

}  // namespace tamis
