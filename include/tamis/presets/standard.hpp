#pragma once

/// \file standard.hpp
/// One sampler for every configuration that is read when the program runs.

#include <algorithm>
#include <cstdint>
#include <limits>

#include "../io/generation_config.hpp"
#include "../policies/dynamic_temperature.hpp"
#include "../policies/epsilon_cutoff.hpp"
#include "../policies/eta_cutoff.hpp"
#include "../policies/frequency_penalty.hpp"
#include "../policies/greedy.hpp"
#include "../policies/min_p.hpp"
#include "../policies/mirostat.hpp"
#include "../policies/presence_penalty.hpp"
#include "../policies/push.hpp"
#include "../policies/repetition_penalty.hpp"
#include "../policies/scaled_push.hpp"
#include "../policies/smoothing.hpp"
#include "../policies/soft_cap.hpp"
#include "../policies/temperature.hpp"
#include "../policies/top_a.hpp"
#include "../policies/top_h.hpp"
#include "../policies/top_k.hpp"
#include "../policies/top_n_sigma.hpp"
#include "../policies/top_p.hpp"
#include "../policies/typical_p.hpp"
#include "../policies/xtc.hpp"
#include "../sampler.hpp"
#include "place_in_order.hpp"

namespace tamis {

/// Every policy in one chain, in HF's order, each idle at its neutral value: a batch with a configuration a row
/// is an array of these, without a virtual call.
///
/// The order: penalties, DRY, length decay, soft cap, temperatures, smoothing; then top-h, top-k, top-p, min-p,
/// typical-p, epsilon, eta, top-a, top-n-sigma, XTC, mirostat; then a draw. Where the configuration is greedy only
/// the penalties run, and the likeliest token comes; where nothing is set, nothing but the draw runs.
///
/// What depends on the sequence (bans, DRY's pushes) is config_sources.hpp's.
class Standard {
  using Penalties = Sampler<RepetitionPenalty, FrequencyPenalty, PresencePenalty, Push, ScaledPush, Greedy>;
  using Everything = Sampler<RepetitionPenalty, FrequencyPenalty, PresencePenalty, Push, ScaledPush, SoftCap, Temperature,
                             DynamicTemperature, Smoothing, TopH, TopK, TopP, MinP, TypicalP, EpsilonCutoff, EtaCutoff,
                             TopA, TopNSigma, Xtc, Mirostat>;

 public:
  /// The place of XTC in the chain, which its coin follows from.
  static constexpr std::uint32_t place_of_xtc = place_in_order<Xtc, Everything>;

  /// \param config  valid, resolved() (`do_sample` is decided), and check_order() has nothing against it
  explicit Standard(const GenerationConfig& config)
      : kind_(kind_of(config)),
        greedy_(repetition(config), frequency(config), presence(config), Push{}, ScaledPush{}, Greedy{}),
        full_(repetition(config), frequency(config), presence(config), Push{}, ScaledPush{},
              SoftCap{f(config.logit_softcap)}, Temperature{config.dynatemp_range > 0 ? 1.0f : f(config.temperature)},
              dynamic_temperature(config), Smoothing{f(config.smoothing_factor), f(config.smoothing_curve)},
              TopH{f(config.top_h.value_or(0))}, TopK{static_cast<unsigned>(std::max(config.top_k, 0))},
              TopP{f(config.top_p)}, MinP{f(config.min_p)}, TypicalP{f(config.typical_p)},
              EpsilonCutoff{f(config.epsilon_cutoff)}, EtaCutoff{f(config.eta_cutoff)}, TopA{f(config.top_a)},
              TopNSigma{f(config.top_n_sigma)}, Xtc{f(config.xtc_threshold), f(config.xtc_probability)},
              mirostat(config)) {}

  /// Draws one token.
  template <RowExecutor E>
  detail::choice_of_t<E> operator()(E& row) {
    switch (kind_) {
      case Kind::greedy: return Sampler{Greedy{}}(row);
      case Kind::penalized_greedy: return greedy_(row);
      case Kind::plain: return Sampler<>()(row);
      case Kind::full: break;
    }
    return full_(row);
  }

  /// Calls sink(id, logit) for each token that the policies keep; see Sampler::collect. Where the
  /// configuration is greedy, that is every token, penalized.
  template <RowExecutor E, class Sink>
  auto collect(E& row, Sink&& sink) const {
    switch (kind_) {
      case Kind::greedy: return Sampler{Greedy{}}.collect(row, sink);
      case Kind::penalized_greedy: return greedy_.collect(row, sink);
      case Kind::plain: return Sampler<>().collect(row, sink);
      case Kind::full: break;
    }
    return full_.collect(row, sink);
  }

  /// Whether the next choice will be learned from; see Sampler::learning.
  bool learning() const { return kind_ == Kind::full && full_.learning(); }

  /// Lets the policies that learn see a token of this row that was chosen otherwise, with its surprise.
  template <RowExecutor E>
  void observe(E& row, const Choice& choice) {
    if (kind_ == Kind::full) full_.observe(row, choice);
  }

  /// What it draws from.
  template <RowExecutor E>
  Distribution distribution(E& row) const {
    switch (kind_) {
      case Kind::greedy: return Sampler{Greedy{}}.distribution(row);
      case Kind::penalized_greedy: return greedy_.distribution(row);
      case Kind::plain: return Sampler<>().distribution(row);
      case Kind::full: break;
    }
    return full_.distribution(row);
  }

 private:
  enum class Kind : std::uint8_t { greedy, penalized_greedy, plain, full };

  static constexpr float f(double x) { return static_cast<float>(x); }

  static Kind kind_of(const GenerationConfig& c) {
    if (!c.do_sample.value_or(true)) return penalizes(c) ? Kind::penalized_greedy : Kind::greedy;
    return is_plain(c) ? Kind::plain : Kind::full;
  }
  static bool penalizes(const GenerationConfig& c) {
    return c.repetition_penalty != 1 || c.frequency_penalty != 0 || c.presence_penalty != 0 || c.dry_multiplier != 0 ||
           c.exponential_decay_length_penalty;
  }
  static bool is_plain(const GenerationConfig& c) {
    return !penalizes(c) && c.logit_softcap == 0 && c.temperature == 1 && c.dynatemp_range == 0 &&
           c.smoothing_factor == 0 && !c.top_h && c.top_k <= 0 && c.top_p >= 1 && c.min_p == 0 && c.typical_p >= 1 &&
           c.epsilon_cutoff == 0 && c.eta_cutoff == 0 && c.top_a == 0 && c.top_n_sigma <= 0 && c.xtc_probability == 0 &&
           c.mirostat == 0;
  }

  static Counted counted(const GenerationConfig& c, bool usually_prompt) {
    if (c.penalty_scope == PenaltyScope::generated) return Counted::output;
    if (c.penalty_scope == PenaltyScope::prompt_and_generated || usually_prompt) return Counted::prompt_and_output;
    return Counted::output;
  }
  static RepetitionPenalty repetition(const GenerationConfig& c) { return {f(c.repetition_penalty), counted(c, true)}; }
  static FrequencyPenalty frequency(const GenerationConfig& c) { return {f(c.frequency_penalty), counted(c, false)}; }
  static PresencePenalty presence(const GenerationConfig& c) { return {f(c.presence_penalty), counted(c, false)}; }

  static DynamicTemperature dynamic_temperature(const GenerationConfig& c) {
    if (c.dynatemp_range <= 0) return {};
    const double low = std::max(c.temperature - c.dynatemp_range, 0.0);
    return {f(low), f(c.temperature + c.dynatemp_range), f(c.dynatemp_exponent)};
  }
  /// `mirostat_tau` is in bits, as in llama.cpp; the policy's is in nats.
  static Mirostat mirostat(const GenerationConfig& c) {
    const float nats = c.mirostat == 0 ? 0.0f : f(c.mirostat_tau * 0.6931471805599453);
    return {nats, f(c.mirostat_eta), 2 * nats};
  }

  Kind kind_;
  Penalties greedy_;
  Everything full_;
};

}  // namespace tamis
