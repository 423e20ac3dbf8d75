#include "chosen_sampler.hpp"

#include <tamis/presets/order_parameters.hpp>

namespace command {

namespace {

using tamis::Error;
using tamis::GenerationConfig;
using tamis::Result;

float f(double x) { return static_cast<float>(x); }

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

tamis::Choice ChosenSampler::operator()(tamis::simd::RowOf& row) {
  return std::visit([&](auto& sampler) { return sampler(row); }, sampler_);
}

tamis::Distribution ChosenSampler::distribution(tamis::simd::RowOf& row) const {
  return std::visit([&](const auto& sampler) { return sampler.distribution(row); }, sampler_);
}

tamis::Fault ChosenSampler::collect_all(
    tamis::simd::RowOf& row, const std::function<void(tamis::TokenId, double)>& sink) const {
  return std::visit(
      [&](const auto& sampler) {
        if constexpr (requires { sampler.collect(row, sink); }) {
          return sampler.collect(row, sink);
        } else {
          const tamis::Distribution all = sampler.distribution(row);
          for (const auto& kept : all.kept()) sink(kept.id, kept.logit);
          return all.fault();
        }
      },
      sampler_);
}

void ChosenSampler::observe(tamis::simd::RowOf& row, const tamis::Choice& choice) {
  std::visit(
      [&](auto& sampler) {
        if constexpr (requires { sampler.observe(row, choice); }) sampler.observe(row, choice);
      },
      sampler_);
}

Result<ChosenSampler> ChosenSampler::of(const GenerationConfig& config, tamis::TokenId vocab_size) {
  using tamis::PolicyOrder;
  constexpr tamis::Counted output = tamis::Counted::output,
                           both = tamis::Counted::prompt_and_output;
  const tamis::Temperature temperature{f(config.temperature)};
  const tamis::TopP top_p{f(config.top_p)};
  const tamis::MinP min_p{f(config.min_p)};
  const bool greedy = config.do_sample == false;
  switch (greedy ? PolicyOrder::hf : config.order) {
    case PolicyOrder::hf:
      if (const auto fits = check_order(config); !greedy && !fits) return fits.error();
      break;
    case PolicyOrder::llama_cpp: {
      const float tau = f(config.mirostat_tau * 0.6931471805599453);  // from bits to nats
      if (config.mirostat == 1) {  // in llama.cpp it stands for all the rest
        return ChosenSampler(
            LlamaCppMirostatOne({.tau = tau,
                                 .eta = f(config.mirostat_eta),
                                 .vocab_size = static_cast<std::size_t>(vocab_size)},
                                temperature));
      }
      if (config.mirostat == 2) {  // and so does this
        return ChosenSampler(
            LlamaCppMirostat{temperature, tamis::Mirostat{tau, f(config.mirostat_eta), 2 * tau}});
      }
      if (const auto fits = check_order(config); !fits) return fits.error();
      const bool dynamic = config.dynatemp_range > 0;
      tamis::DynamicTemperature spread;
      if (dynamic) {
        spread = {f(std::max(config.temperature - config.dynatemp_range, 0.0)),
                  f(config.temperature + config.dynatemp_range), f(config.dynatemp_exponent)};
      }
      const auto order_with = [&]<class Order>(const auto&... last) {
        return Order{repetition(config, both),
                     frequency(config, both),
                     presence(config, both),
                     tamis::Push{},
                     tamis::TopNSigma{f(config.top_n_sigma)},
                     top_k(config),
                     tamis::TypicalP{f(config.typical_p)},
                     top_p,
                     min_p,
                     tamis::Xtc{f(config.xtc_threshold), f(config.xtc_probability)},
                     spread,
                     dynamic ? tamis::Temperature{1.0f} : temperature,
                     last...};
      };
      if (config.adaptive_target) {
        return ChosenSampler(order_with.operator()<LlamaCppAdaptive>(
            tamis::AdaptiveP{f(*config.adaptive_target), f(config.adaptive_decay)}));
      }
      return ChosenSampler(order_with.operator()<tamis::orders::llama_cpp>());
    }
    case PolicyOrder::vllm: {
      if (const auto fits = check_order(config); !fits) return fits.error();
      return ChosenSampler(tamis::orders::vllm{repetition(config, both), frequency(config, output),
                                               presence(config, output), temperature, min_p,
                                               top_k(config), top_p});
    }
    case PolicyOrder::sglang: {
      if (const auto fits = check_order(config); !fits) return fits.error();
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
      if (const auto fits = check_order(config); !fits) return fits.error();
      return ChosenSampler(tamis::orders::openai{frequency(config, output),
                                                 presence(config, output), temperature, top_p});
    }
  }
  return ChosenSampler(tamis::Standard(config));
}

}  // namespace command
