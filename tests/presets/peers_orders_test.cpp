#include <tamis/presets/orders.hpp>

#include <string_view>
#include <vector>

#include "catch.hpp"

using namespace tamis;

// What each policy is called where the peers list their steps. One of ours may be a part of one of
// theirs: the three penalties are llama.cpp's "penalties", and DynamicTemperature is what its
// "temperature" does where it has a range.
template <class P>
constexpr std::string_view name = "";
template <>
constexpr std::string_view name<RepetitionPenalty> = "repetition";
template <>
constexpr std::string_view name<FrequencyPenalty> = "frequency";
template <>
constexpr std::string_view name<PresencePenalty> = "presence";
template <>
constexpr std::string_view name<Forced> = "forced";
template <>
constexpr std::string_view name<Push> = "push";
template <>
constexpr std::string_view name<ScaledPush> = "exponential decay";
template <>
constexpr std::string_view name<Temperature> = "temperature";
template <>
constexpr std::string_view name<DynamicTemperature> = "dynamic temperature";
template <>
constexpr std::string_view name<TopH> = "top_h";
template <>
constexpr std::string_view name<TopK> = "top_k";
template <>
constexpr std::string_view name<TopP> = "top_p";
template <>
constexpr std::string_view name<MinP> = "min_p";
template <>
constexpr std::string_view name<TypicalP> = "typical";
template <>
constexpr std::string_view name<EpsilonCutoff> = "epsilon";
template <>
constexpr std::string_view name<EtaCutoff> = "eta";
template <>
constexpr std::string_view name<TopNSigma> = "top_n_sigma";
template <>
constexpr std::string_view name<Xtc> = "xtc";
template <>
constexpr std::string_view name<AdaptiveP> = "adaptive_p";

template <class S>
struct NamesOf;
template <class... Ps>
struct NamesOf<Sampler<Ps...>> {
  static std::vector<std::string_view> list() { return {name<Ps>...}; }
};

template <class S>
static std::vector<std::string_view> names() {
  return NamesOf<S>::list();
}

using Names = std::vector<std::string_view>;

// Whether policies of an order are left out or exchanged shows here in a second; what that changes
// in rows and in the peers' recorded chains, and which neighbours commute, is for orders_test.cpp.

TEST_CASE("The order of HF is that of _get_logits_processor") {
  // transformers 5.23.0, generation/utils.py: RepetitionPenalty 4th, ForcedBOS and ForcedEOS 11th
  // and 12th, ExponentialDecayLengthPenalty 14th, then the warpers, 18th to 25th. Biases and bans
  // are facts of ours.
  CHECK((names<orders::hf>() == Names{"repetition", "forced", "exponential decay", "temperature",
                                      "top_h", "top_k", "top_p", "min_p", "typical", "epsilon",
                                      "eta"}));
}

TEST_CASE("The order of llama.cpp is that of its default samplers") {
  // common/common.h, common_params_sampling::samplers: penalties, dry, top_n_sigma, top_k, typ_p,
  // top_p, min_p, xtc, temperature. DRY is a source, whose penalties Push takes off;
  // llama_sampler_init_penalties does all three at once.
  const Names usual = {
      "repetition", "frequency", "presence", "push", "top_n_sigma",         "top_k",
      "typical",    "top_p",     "min_p",    "xtc",  "dynamic temperature", "temperature"};
  CHECK(names<orders::llama_cpp>() == usual);
  Names adaptive = usual;
  adaptive.push_back("adaptive_p");
  CHECK(names<orders::llama_cpp_adaptive>() == adaptive);
}

TEST_CASE("The order of vLLM is that of its sampler") {
  // vllm/v1/sample/sampler.py: repetition, frequency and presence in apply_all_penalties;
  // temperature; the processors that keep the likeliest, min-p; top-k, then top-p. The bias comes
  // before all of them, as a fact of ours does.
  CHECK((names<orders::vllm>() ==
         Names{"repetition", "frequency", "presence", "temperature", "min_p", "top_k", "top_p"}));
}

TEST_CASE("The order of SGLang is that of its overlapped penalties, its bias and its filters") {
  // sglang/srt/sampling: additive penalties, multiplicative ones, logit_bias, /T, then the joint
  // filter and min-p.
  CHECK((names<orders::sglang>() == Names{"frequency", "presence", "repetition", "push",
                                          "temperature", "top_p", "top_k", "min_p"}));
}

TEST_CASE("The order of the OpenAI API has what its requests can say") {
  CHECK((names<orders::openai>() == Names{"frequency", "presence", "temperature", "top_p"}));
}
