#pragma once

/// \file config_pipeline.hpp
/// A configuration as a pipeline: the policies that it sets, in the order that it names.

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "../io/generation_config.hpp"
#include "../sources/bans.hpp"
#include "config_sources.hpp"
#include "order_parameters.hpp"
#include "pipeline.hpp"

namespace tamis {

namespace detail {

/// Gathers the steps of a configuration; a policy at its neutral value is no step.
class ConfigSteps {
 public:
  ConfigSteps(const GenerationConfig& config, std::size_t vocab_size, SequenceContext words)
      : config_(config), vocab_size_(vocab_size), words_(std::move(words)) {}

  std::vector<Pipeline::Step> steps() && {
    if (config_.order == PolicyOrder::llama_cpp &&
        config_.mirostat == 2) {  // there it stands for all the rest
      add_biases();
      add_temperature();
      add_mirostat();
      return std::move(steps_);
    }
    const bool sglang = config_.order == PolicyOrder::sglang;
    if (!sglang) add_biases();
    if (!sglang) add_repetition();
    add_additive();
    if (sglang) add_repetition();
    if (sglang) add_biases();
    add_sources("dry", config_.dry_multiplier > 0, Push{},
                [](const GenerationConfig& from, GenerationConfig& to) {
                  to.dry_multiplier = from.dry_multiplier, to.dry_base = from.dry_base;
                  to.dry_allowed_length = from.dry_allowed_length,
                  to.dry_penalty_last_n = from.dry_penalty_last_n;
                });
    add_sources("exponential_decay_length_penalty",
                config_.exponential_decay_length_penalty.has_value(), ScaledPush{},
                [](const GenerationConfig& from, GenerationConfig& to) {
                  to.exponential_decay_length_penalty = from.exponential_decay_length_penalty;
                });
    if (*config_.do_sample) {
      add_shape();
    } else {
      add(true, "greedy", Greedy{});
    }
    return std::move(steps_);
  }

 private:
  static float f(double x) { return static_cast<float>(x); }

  void add_shape() {
    const GenerationConfig& c = config_;
    const auto top_k = [&] { add(c.top_k > 0, "top_k", TopK{static_cast<unsigned>(c.top_k)}); };
    const auto top_p = [&] { add(c.top_p < 1, "top_p", TopP{f(c.top_p)}); };
    const auto min_p = [&] { add(c.min_p > 0, "min_p", MinP{f(c.min_p)}); };
    const auto typical = [&] { add(c.typical_p < 1, "typical_p", TypicalP{f(c.typical_p)}); };
    const auto sigma = [&] { add(c.top_n_sigma > 0, "top_n_sigma", TopNSigma{f(c.top_n_sigma)}); };
    const auto xtc = [&] {
      add(c.xtc_probability > 0, "xtc", Xtc{f(c.xtc_threshold), f(c.xtc_probability)});
    };
    switch (c.order) {
      case PolicyOrder::llama_cpp:
        sigma(), top_k(), typical(), top_p(), min_p(), xtc(), add_temperature();
        add(c.adaptive_target.has_value(), "adaptive_p",
            AdaptiveP{f(c.adaptive_target.value_or(0)), f(c.adaptive_decay)});
        return;
      case PolicyOrder::vllm:
        add_temperature(), min_p(), top_k(), top_p();
        return;
      case PolicyOrder::sglang:
        add_temperature(), top_p(), top_k(), min_p();
        return;
      case PolicyOrder::openai:
        add_temperature(), top_p();
        return;
      case PolicyOrder::hf:
        break;
    }
    add(c.logit_softcap > 0, "soft_cap", SoftCap{f(c.logit_softcap)});
    add_temperature();
    add(c.smoothing_factor > 0, "smoothing",
        Smoothing{f(c.smoothing_factor), f(c.smoothing_curve)});
    add(c.top_h.has_value(), "top_h", TopH{f(c.top_h.value_or(0))});
    top_k(), top_p(), min_p(), typical();
    add(c.epsilon_cutoff > 0, "epsilon_cutoff", EpsilonCutoff{f(c.epsilon_cutoff)});
    add(c.eta_cutoff > 0, "eta_cutoff", EtaCutoff{f(c.eta_cutoff)});
    add(c.top_a > 0, "top_a", TopA{f(c.top_a)});
    sigma(), xtc();
    add_mirostat();
  }

  void add_temperature() {
    const GenerationConfig& c = config_;
    if (c.dynatemp_range > 0) {
      const double low = std::max(c.temperature - c.dynatemp_range, 0.0);
      add(true, "dynamic_temperature",
          DynamicTemperature{f(low), f(c.temperature + c.dynatemp_range), f(c.dynatemp_exponent)});
    } else {
      add(c.temperature != 1, "temperature", Temperature{f(c.temperature)});
    }
  }

  /// As for the first token; `mirostat_tau` is in bits, the policy's in nats.
  void add_mirostat() {
    const float tau = f(config_.mirostat_tau * 0.6931471805599453);
    add(config_.mirostat == 2, "mirostat", Mirostat{tau, f(config_.mirostat_eta), 2 * tau});
  }

  Counted counted(Counted usually) const {
    if (config_.penalty_scope == PenaltyScope::generated) return Counted::output;
    if (config_.penalty_scope == PenaltyScope::prompt_and_generated)
      return Counted::prompt_and_output;
    return usually;
  }

  void add_additive() {
    const Counted which = counted(
        config_.order == PolicyOrder::llama_cpp ? Counted::prompt_and_output : Counted::output);
    add_counted(config_.frequency_penalty != 0, "frequency_penalty",
                FrequencyPenalty{f(config_.frequency_penalty), which});
    add_counted(config_.presence_penalty != 0, "presence_penalty",
                PresencePenalty{f(config_.presence_penalty), which});
  }

  void add_repetition() {
    const Counted usually =
        config_.order == PolicyOrder::sglang ? Counted::output : Counted::prompt_and_output;
    add_counted(config_.repetition_penalty != 1, "repetition_penalty",
                RepetitionPenalty{f(config_.repetition_penalty), counted(usually)});
  }

  /// What depends on the sequence and is added to the logits, or bans.
  void add_biases() {
    GenerationConfig some = config_;
    some.dry_multiplier = 0;
    some.exponential_decay_length_penalty.reset();
    auto policy = [some, vocab = vocab_size_, words = words_](Sequence& s) -> AnyPolicy {
      for (AnySource& source : sources_of(some, vocab, words, s)) source.push(s);
      const auto least = static_cast<std::size_t>(
          std::max(least_new_tokens(some, static_cast<int>(s.prompt().size())), 0));
      Bans(some.eos_token_id, 0, s.prompt().size() + least).push(s);
      return Temperature{1.0f};
    };
    const bool has_ends =
        !some.eos_token_id.empty() && (some.min_new_tokens > 0 || some.min_length > 0);
    if (!has_ends && sources_of(some, vocab_size_, words_, Sequence()).empty()) return;
    steps_.push_back({"biases", std::move(policy)});
  }

  /// A step that is one source, which `take` puts into an empty configuration, and the policy that
  /// reads it.
  template <class P, class Take>
  void add_sources(const char* type, bool acts, P policy, Take take) {
    if (!acts) return;
    GenerationConfig one;
    one.eos_token_id = config_.eos_token_id;
    take(config_, one);
    SequenceContext words = words_;
    words.bad_words.clear();  // they are banned once
    steps_.push_back({type, [one, policy, vocab = vocab_size_, words](Sequence& s) -> AnyPolicy {
                        for (AnySource& source : sources_of(one, vocab, words, s)) source.push(s);
                        return policy;
                      }});
  }

  static std::vector<AnySource> sources_of(const GenerationConfig& config, std::size_t vocab_size,
                                           SequenceContext context, const Sequence& s) {
    context.prompt_tokens = s.prompt().size();
    context.vocab_size = vocab_size;
    context.end_tokens = config.eos_token_id;
    return config_sources(config, context);
  }

  template <class P>
  void add_counted(bool acts, const char* type, P policy) {
    if (!acts) return;
    add(true, type, policy);
    if (config_.repeat_last_n)
      steps_.back().window = static_cast<std::size_t>(*config_.repeat_last_n);
  }

  template <class P>
  void add(bool acts, const char* type, P policy) {
    if (acts) steps_.push_back({type, [policy](Sequence&) -> AnyPolicy { return policy; }});
  }

  const GenerationConfig& config_;
  std::size_t vocab_size_;
  SequenceContext words_;  ///< what its texts are as tokens
  std::vector<Pipeline::Step> steps_;
};

/// The first parameter that no pipeline can follow, as a sentence; empty if there is none.
inline std::string what_no_pipeline_does(const GenerationConfig& c, bool knows_words) {
  if (c.num_beams > 1)
    return "num_beams is " + std::to_string(c.num_beams) +
           ", but a beam search draws from no distribution of one token; leave it out";
  if (c.guidance_scale != 1)
    return "guidance_scale needs a model to run a second time; mix the logits before, and leave it "
           "out";
  if (c.mirostat == 1)
    return "mirostat is 1, which needs the whole row sorted; take 2, its successor";
  if (!c.bad_words.empty() && !knows_words)
    return "bad_words are texts, and here is no tokenizer; give their tokens as bad_words_ids";
  if (c.dry_multiplier > 0 && !c.dry_sequence_breakers.empty() && !knows_words)
    return "dry_sequence_breakers are texts, and here is no tokenizer; set them to [], or write "
           "DRY as a step with \"breakers\"";
  if (c.eos_token_id.empty() &&
      (c.min_new_tokens > 0 || c.min_length > 0 || c.exponential_decay_length_penalty))
    return std::string(c.min_new_tokens > 0 ? "min_new_tokens"
                       : c.min_length > 0   ? "min_length"
                                            : "exponential_decay_length_penalty") +
           " is about the end of the text, and here is no model that knows it; set eos_token_id";
  return {};
}

}  // namespace detail

/// The pipeline that a configuration asks for, over `vocab_size` tokens: its biases and bans first,
/// then penalties, then what shapes the distribution, in the order of `config.order`. What ends a
/// text or decides how many there are is ignored. Policies that the order does not have are
/// refused.
///
/// \param config  valid
/// \param words   what the texts that it names are as tokens, if that is known: bad_words and
/// dry_breakers of it are used An error names what needs more than logits and token ids: a
/// tokenizer, the model, a beam search.
inline Result<Pipeline> config_pipeline(const GenerationConfig& config, std::size_t vocab_size,
                                        const std::optional<SequenceContext>& words = {}) {
  GenerationConfig plain = resolved(config);
  if (const std::string wrong = detail::what_no_pipeline_does(plain, words.has_value());
      !wrong.empty())
    return Error{wrong};
  if (!*plain.do_sample) plain.order = PolicyOrder::hf;  // of the rest only the penalties act
  const bool only_mirostat = plain.order == PolicyOrder::llama_cpp && plain.mirostat == 2;
  if (const auto fits = check_order(plain); !fits && !only_mirostat) return fits.error();
  return Pipeline(
      detail::ConfigSteps(plain, vocab_size, words.value_or(SequenceContext())).steps());
}

}  // namespace tamis
