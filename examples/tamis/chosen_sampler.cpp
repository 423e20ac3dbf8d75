#include "chosen_sampler.hpp"

#include <cstddef>
#include <span>
#include <tamis/io/config_value.hpp>
#include <tamis/io/json_text.hpp>

namespace command {

namespace {

using tamis::Error;
using tamis::GenerationConfig;
using tamis::Result;

float f(double x) { return static_cast<float>(x); }

std::string value_of(const tamis::GenerationField& field, const GenerationConfig& config) {
  return tamis::detail::quoted(tamis::visit_member(field, config, tamis::detail::JsonOf()));
}

/// An error unless all that shapes the distribution, and acts, is in `known`.
Result<void> has_only(const GenerationConfig& config, std::string_view order,
                      std::span<const std::string_view> known) {
  for (const tamis::GenerationField& field : tamis::generation_fields) {
    const bool shapes = field.group == tamis::FieldGroup::distribution ||
                        field.group == tamis::FieldGroup::repetition;
    if (!shapes || is_neutral(field, config) || std::ranges::count(known, field.name) > 0) continue;
    return Error{std::string(field.name) + " is " + value_of(field, config) +
                 ", which is no part of the order of " + std::string(order) +
                 "; leave it out, or set order to hf"};
  }
  return {};
}

tamis::Counted counted(const GenerationConfig& config, tamis::Counted usually) {
  switch (config.penalty_scope) {
    case tamis::PenaltyScope::prompt_and_generated:
      return tamis::Counted::prompt_and_output;
    case tamis::PenaltyScope::generated:
      return tamis::Counted::output;
    case tamis::PenaltyScope::usual:
      break;
  }
  return usually;
}

tamis::RepetitionPenalty repetition(const GenerationConfig& config, tamis::Counted usually) {
  return {f(config.repetition_penalty), counted(config, usually)};
}
tamis::FrequencyPenalty frequency(const GenerationConfig& config, tamis::Counted usually) {
  return {f(config.frequency_penalty), counted(config, usually)};
}
tamis::PresencePenalty presence(const GenerationConfig& config, tamis::Counted usually) {
  return {f(config.presence_penalty), counted(config, usually)};
}
tamis::TopK top_k(const GenerationConfig& config) { return {static_cast<unsigned>(config.top_k)}; }

}  // namespace

Result<ChosenSampler> ChosenSampler::of(const GenerationConfig& config) {
  using tamis::PolicyOrder;
  if (config.adaptive_target)
    return Error{"adaptive_target is set, which no sampler here does; leave it out"};
  if (config.mirostat == 1)
    return Error{"mirostat is 1, which needs the whole row sorted; take 2, its successor"};
  constexpr tamis::Counted output = tamis::Counted::output,
                           both = tamis::Counted::prompt_and_output;
  const tamis::Temperature temperature{f(config.temperature)};
  const tamis::TopP top_p{f(config.top_p)};
  const tamis::MinP min_p{f(config.min_p)};
  const bool greedy = config.do_sample == false;
  switch (greedy ? PolicyOrder::hf : config.order) {
    case PolicyOrder::hf:
      break;
    case PolicyOrder::llama_cpp: {
      if (config.mirostat == 2) {  // in llama.cpp it stands for all the rest
        const float tau = f(config.mirostat_tau * 0.6931471805599453);  // from bits to nats
        return ChosenSampler(
            LlamaCppMirostat{temperature, tamis::Mirostat{tau, f(config.mirostat_eta), 2 * tau}});
      }
      constexpr std::string_view known[] = {"temperature",
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
                                            "dry_multiplier"};
      if (const auto fits = has_only(config, "llama.cpp", known); !fits) return fits.error();
      const bool dynamic = config.dynatemp_range > 0;
      tamis::DynamicTemperature spread;
      if (dynamic) {
        spread = {f(std::max(config.temperature - config.dynatemp_range, 0.0)),
                  f(config.temperature + config.dynatemp_range), f(config.dynatemp_exponent)};
      }
      return ChosenSampler(tamis::orders::llama_cpp{
          repetition(config, both), frequency(config, both), presence(config, both), tamis::Push{},
          tamis::TopNSigma{f(config.top_n_sigma)}, top_k(config),
          tamis::TypicalP{f(config.typical_p)}, top_p, min_p,
          tamis::Xtc{f(config.xtc_threshold), f(config.xtc_probability)}, spread,
          dynamic ? tamis::Temperature{1.0f} : temperature});
    }
    case PolicyOrder::vllm: {
      constexpr std::string_view known[] = {
          "temperature",       "top_k",           "top_p", "min_p", "repetition_penalty",
          "frequency_penalty", "presence_penalty"};
      if (const auto fits = has_only(config, "vLLM", known); !fits) return fits.error();
      return ChosenSampler(tamis::orders::vllm{repetition(config, both), frequency(config, output),
                                               presence(config, output), temperature, min_p,
                                               top_k(config), top_p});
    }
    case PolicyOrder::sglang: {
      constexpr std::string_view known[] = {
          "temperature",       "top_k",           "top_p", "min_p", "repetition_penalty",
          "frequency_penalty", "presence_penalty"};
      if (const auto fits = has_only(config, "SGLang", known); !fits) return fits.error();
      if (!config.logit_bias.empty() && config.repetition_penalty != 1) {
        return Error{
            "logit_bias comes after repetition_penalty in the order of SGLang, and before it here; "
            "leave one of "
            "them out, or set order to hf"};
      }
      return ChosenSampler(tamis::orders::sglang{
          frequency(config, output), presence(config, output), repetition(config, output),
          tamis::Push{}, temperature, top_p, top_k(config), min_p});
    }
    case PolicyOrder::openai: {
      constexpr std::string_view known[] = {"temperature", "top_p", "frequency_penalty",
                                            "presence_penalty"};
      if (const auto fits = has_only(config, "OpenAI", known); !fits) return fits.error();
      return ChosenSampler(tamis::orders::openai{frequency(config, output),
                                                 presence(config, output), temperature, top_p});
    }
  }
  return ChosenSampler(tamis::Standard(config));
}

}  // namespace command
