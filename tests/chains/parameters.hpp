#pragma once

/// \file parameters.hpp
/// The parameters of every policy, each with the values to try: a policy without them here does not
/// compile. From them come random policies, their JSON and their neighbours.

#include <array>
#include <cstdint>
#include <string_view>
#include <tamis/presets/any_policy.hpp>

namespace chains {

using namespace tamis;

/// The values of a parameter to try: those with a meaning of their own, and any in [low, high].
struct Values {
  double low, high, neutral;
};

/// The words for a parameter that is a choice among two.
struct Words {
  std::string_view first, second;
};

inline constexpr Words of_counted = {"generated", "prompt_and_generated"};

// name_and_parameters(policy, see) is the policy's name; it calls `see(name, parameter, values)`.

std::string_view name_and_parameters(Temperature& p, auto&& see) {
  see("temperature", p.t, Values{0, 10, 1});
  return "temperature";
}
std::string_view name_and_parameters(DynamicTemperature& p, auto&& see) {
  see("min_temperature", p.low, Values{0, 2, 1});
  see("max_temperature", p.high, Values{2, 4, 2});
  see("exponent", p.exponent, Values{0, 4, 1});
  return "dynamic_temperature";
}
std::string_view name_and_parameters(Smoothing& p, auto&& see) {
  see("factor", p.factor, Values{0, 4, 0});
  see("curve", p.curve, Values{1, 4, 1});
  return "smoothing";
}
std::string_view name_and_parameters(SoftCap& p, auto&& see) {
  see("cap", p.cap, Values{0, 60, 0});
  return "soft_cap";
}
std::string_view name_and_parameters(LogSoftmax&, auto&&) { return "log_softmax"; }
std::string_view name_and_parameters(RepetitionPenalty& p, auto&& see) {
  see("penalty", p.theta, Values{0.1, 5, 1});
  see("over", p.counted, of_counted);
  return "repetition_penalty";
}
std::string_view name_and_parameters(FrequencyPenalty& p, auto&& see) {
  see("penalty", p.alpha, Values{-2, 2, 0});
  see("over", p.counted, of_counted);
  return "frequency_penalty";
}
std::string_view name_and_parameters(PresencePenalty& p, auto&& see) {
  see("penalty", p.alpha, Values{-2, 2, 0});
  see("over", p.counted, of_counted);
  return "presence_penalty";
}
std::string_view name_and_parameters(Push& p, auto&& see) {
  see("slot", p.slot, Values{0, push_slots - 1, 0});
  return "push";
}
std::string_view name_and_parameters(ScaledPush& p, auto&& see) {
  see("slot", p.slot, Values{0, push_slots - 1, 1});
  return "scaled_push";
}
std::string_view name_and_parameters(Forced& p, auto&& see) {
  see("active", p.active, Words{"no", "yes"});
  see("slot", p.slot, Values{0, push_slots - 1, 2});
  return "forced";
}
std::string_view name_and_parameters(TopK& p, auto&& see) {
  see("k", p.k, Values{1, 200, 0});
  see("ties", p.ties, Words{"kept", "least_id"});
  return "top_k";
}
std::string_view name_and_parameters(TopP& p, auto&& see) {
  see("p", p.p, Values{0, 1, 1});
  return "top_p";
}
std::string_view name_and_parameters(MinP& p, auto&& see) {
  see("p", p.p, Values{0, 1, 0});
  return "min_p";
}
std::string_view name_and_parameters(TopA& p, auto&& see) {
  see("a", p.a, Values{0, 1, 0});
  return "top_a";
}
std::string_view name_and_parameters(TopNSigma& p, auto&& see) {
  see("n", p.n, Values{0, 5, 0});
  return "top_n_sigma";
}
std::string_view name_and_parameters(TopH& p, auto&& see) {
  see("h", p.h, Values{0, 1, 1});
  return "top_h";
}
std::string_view name_and_parameters(TypicalP& p, auto&& see) {
  see("p", p.p, Values{0.001, 1, 1});
  return "typical_p";
}
std::string_view name_and_parameters(EpsilonCutoff& p, auto&& see) {
  see("epsilon", p.epsilon, Values{0, 0.999, 0});
  return "epsilon_cutoff";
}
std::string_view name_and_parameters(EtaCutoff& p, auto&& see) {
  see("epsilon", p.epsilon, Values{0, 0.999, 0});
  return "eta_cutoff";
}
std::string_view name_and_parameters(Xtc& p, auto&& see) {
  see("threshold", p.threshold, Values{0.0001, 0.6, 0.1});
  see("probability", p.chance, Values{0, 1, 0});
  return "xtc";
}
std::string_view name_and_parameters(Mirostat& p, auto&& see) {
  see("tau", p.tau, Values{0, 5, 0});
  see("eta", p.eta, Values{0, 1, 0});
  see("mu", p.mu, Values{-1, 12, 6});
  return "mirostat";
}
std::string_view name_and_parameters(AdaptiveP& p, auto&& see) {
  see("target", p.target, Values{0, 1, -1});
  see("decay", p.decay, Values{0, 0.99, 0.9});
  see("excess", p.excess, Values{-1, 1, 0});
  return "adaptive_p";
}
std::string_view name_and_parameters(GreenList& p, auto&& see) {
  see("gamma", p.gamma, Values{0.01, 0.99, 0.25});
  see("delta", p.delta, Values{0, 6, 0});
  return "green_list";
}
std::string_view name_and_parameters(Multinomial&, auto&&) { return "multinomial"; }
std::string_view name_and_parameters(GumbelMax&, auto&&) { return "gumbel_max"; }
std::string_view name_and_parameters(Greedy&, auto&&) { return "greedy"; }

/// Whether the parameters of P are above.
template <class P>
concept Described = requires(P& p) {
  name_and_parameters(p, [](auto&&...) {});
};

}  // namespace chains
