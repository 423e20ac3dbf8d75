#pragma once

/// \file pipeline_json.hpp
/// A pipeline from JSON: [{"type": "top_k", "k": 50}, ...], as in tests/golden/README.md.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "../io/json_text.hpp"
#include "../io/nearest_name.hpp"
#include "../io/value_range.hpp"
#include "../sources/bans.hpp"
#include "../sources/dry.hpp"
#include "../sources/forced_tokens.hpp"
#include "../sources/growing_end.hpp"
#include "../sources/no_repeat_ngram.hpp"
#include "../sources/sequence_biases.hpp"
#include "../sources/watermark.hpp"
#include "pipeline.hpp"

namespace tamis {

namespace detail {

/// The parameters of one step, read with their ranges; the first thing wrong is kept.
class StepReader {
 public:
  explicit StepReader(const nlohmann::json& step) : step_(step) {}

  /// A float in the range; anything at all in its place when there is an error.
  float number(const char* key, ValueRange range) {
    const auto* value = find(key);
    if (!value) return 0;
    if (!value->is_number()) return wrong(key, *value, words_of(range)), 0.0f;
    return static_cast<float>(checked(key, *value, range));
  }
  std::size_t whole(const char* key, ValueRange range) {
    const auto* value = find(key);
    if (!value) return 0;
    if (!value->is_number_integer()) return wrong(key, *value, "a whole number, " + words_of(range)), 0u;
    constexpr std::size_t most = std::numeric_limits<std::size_t>::max() / 4;  // so that lengths can be added
    return checked(key, *value, range) == 0 ? 0 : std::min(value->get<std::size_t>(), most);
  }
  TokenId id(const char* key) {
    const auto* value = find(key);
    return value ? id_of(key, *value) : 0;
  }
  std::vector<TokenId> ids(const char* key) {
    const auto* value = find(key);
    return value ? ids_of(key, *value) : std::vector<TokenId>{};
  }
  bool has(const char* key) {
    asked_.push_back(key);
    return step_.contains(key);
  }

  /// Whether `key` has the first of two values; it has the second if it is not there.
  bool is_first(const char* key, const char* first, const char* second) {
    if (!has(key)) return false;
    const auto& value = step_[key];
    if (value != first && value != second) {
      wrong(key, value, std::string("\"") + first + "\" or \"" + second + "\"");
    }
    return value == first;
  }

  /// A list of [ids, number], or of ids alone.
  std::vector<SequenceBiases::Entry> entries(const char* key, bool banned) {
    std::vector<SequenceBiases::Entry> entries;
    const auto* value = find(key);
    if (!value) return entries;
    if (!value->is_array()) return wrong(key, *value, "a list"), entries;
    for (const auto& item : *value) {
      if (banned) {
        entries.push_back({ids_of(key, item), masked});
      } else if (item.is_array() && item.size() == 2 && item[1].is_number()) {
        const auto tokens = item[0].is_array() ? ids_of(key, item[0]) : std::vector{id_of(key, item[0])};
        entries.push_back({tokens, static_cast<float>(checked(key, item[1], {}))});
      } else {
        return wrong(key, item, "tokens and a number, as in [[5, 7], -1.5]"), entries;
      }
      if (entries.back().tokens.empty()) wrong(key, item, "at least one token");
    }
    return entries;
  }

  /// What is wrong, as the end of a sentence; nothing if all is well.
  std::string error() const {
    if (!error_.empty()) return error_;
    for (const auto& [key, value] : step_.items()) {
      if (std::ranges::find(asked_, key) != asked_.end()) continue;
      return "it has no parameter \"" + key + "\"" + did_you_mean(key, asked_);
    }
    return {};
  }

 private:
  const nlohmann::json* find(const char* key) {
    asked_.push_back(key);
    const auto found = step_.find(key);
    if (found != step_.end()) return &*found;
    if (error_.empty()) error_ = "its \"" + std::string(key) + "\" is missing";
    return nullptr;
  }

  /// A number that is in the range, also as a float; else 0.
  double checked(const char* key, const nlohmann::json& value, ValueRange range) {
    const double x = value.get<double>();
    const std::string name = "its \"" + std::string(key) + "\"";
    if (range.contains(x) && range.contains(static_cast<float>(x))) return x;
    if (error_.empty()) {
      error_ = range.contains(x) ? name + " is " + number_text(x) + "; it must fit in a float, from 1e-45 to 3e38 in size"
                                 : refusal_of(name, x, range);
    }
    return 0;
  }
  TokenId id_of(const char* key, const nlohmann::json& value) {
    constexpr auto most = std::numeric_limits<TokenId>::max();
    if (value.is_number_unsigned() && value.get<std::uint64_t>() <= most) return value.get<TokenId>();
    wrong(key, value, "a token id, 0 or more");
    return 0;
  }
  std::vector<TokenId> ids_of(const char* key, const nlohmann::json& value) {
    std::vector<TokenId> ids;
    if (!value.is_array()) return wrong(key, value, "a list of token ids"), ids;
    for (const auto& id : value) ids.push_back(id_of(key, id));
    return ids;
  }
  void wrong(const char* key, const nlohmann::json& value, const std::string& right) {
    if (!error_.empty()) return;
    error_ = "its \"" + std::string(key) + "\" is " + quoted(value) + "; it must be " + right;
  }

  const nlohmann::json& step_;
  std::vector<std::string> asked_ = {"type"};
  std::string error_;
};

/// A step that is one policy, whatever the history.
template <class P>
auto always(P policy) {
  return [policy](Sequence&) -> AnyPolicy { return policy; };
}

/// A step that is a source, and the policy that reads what it pushes.
template <class S, class P>
auto pushed(S source, P policy) {
  return [source, policy](Sequence& sequence) mutable -> AnyPolicy {
    source.push(sequence);
    return policy;
  };
}

/// The names that read_step knows.
inline constexpr auto step_types = std::to_array<std::string_view>(
    {"temperature", "dynamic_temperature", "repetition_penalty", "frequency_penalty", "presence_penalty",
     "logit_bias", "sequence_bias", "bad_words", "suppress_tokens", "suppress_tokens_at_begin", "min_length",
     "min_new_tokens", "forced_bos", "forced_eos", "exponential_decay_length_penalty", "no_repeat_ngram", "dry",
     "log_softmax", "top_k", "top_p", "min_p", "typical_p", "epsilon_cutoff", "eta_cutoff", "top_n_sigma", "top_h",
     "top_a", "xtc", "adaptive_p", "green_list", "soft_cap", "smoothing",
     "greedy"});

/// A step of no type if the type is not known.
inline Pipeline::Step read_step(const std::string& type, StepReader& read) {
  constexpr auto any = std::numeric_limits<std::size_t>::max();
  constexpr ValueRange share = from_to(0, 1), every = at_least(0), some = more_than(0);
  constexpr ValueRange ranks = from_to(0, 4294967295.0), lengths = at_least(0), places = at_least(1);
  const Temperature nothing{1.0f};
  const auto counted = [&] {
    return read.is_first("over", "prompt_and_generated", "generated") ? Counted::prompt_and_output : Counted::output;
  };
  const auto window = [&] { return read.has("last_n") ? read.whole("last_n", lengths) : any; };
  if (type == "temperature") return {type, always(Temperature{read.number("temperature", every)})};
  if (type == "dynamic_temperature") {
    const float low = read.number("min_temperature", every), high = read.number("max_temperature", every);
    return {type, always(DynamicTemperature{low, high, read.number("exponent", every)})};
  }
  if (type == "repetition_penalty") return {type, always(RepetitionPenalty{read.number("penalty", some)}), window()};
  if (type == "frequency_penalty") return {type, always(FrequencyPenalty{read.number("penalty", {}), counted()}), window()};
  if (type == "presence_penalty") return {type, always(PresencePenalty{read.number("penalty", {}), counted()}), window()};
  if (type == "logit_bias") return {type, pushed(SequenceBiases(read.entries("bias", false)), nothing)};
  if (type == "sequence_bias") return {type, pushed(SequenceBiases(read.entries("sequences", false)), nothing)};
  if (type == "bad_words") return {type, pushed(SequenceBiases(read.entries("words", true)), nothing)};
  if (type == "suppress_tokens") return {type, pushed(Bans(read.ids("tokens"), 0, any), nothing)};
  if (type == "suppress_tokens_at_begin") {
    return {type, [tokens = read.ids("tokens")](Sequence& s) -> AnyPolicy {
              Bans(tokens, s.prompt().size(), s.prompt().size() + 1).push(s);
              return Temperature{1.0f};
            }};
  }
  if (type == "min_length") return {type, pushed(Bans(read.ids("eos"), 0, read.whole("min_length", lengths)), nothing)};
  if (type == "min_new_tokens") {
    return {type, [tokens = read.ids("eos"), n = read.whole("min_new_tokens", lengths)](Sequence& s) -> AnyPolicy {
              Bans(tokens, 0, s.prompt().size() + n).push(s);
              return Temperature{1.0f};
            }};
  }
  if (type == "forced_bos" || type == "forced_eos") {
    const bool begin = type == "forced_bos";
    const std::vector<TokenId> tokens = begin ? std::vector{read.id("token")} : read.ids("tokens");
    const std::size_t length = begin ? 1 : read.whole("max_length", places) - 1;
    return {type, [source = ForcedTokens(tokens, length, 2)](Sequence& s) -> AnyPolicy {
              source.push(s);
              return Forced{source.active(s)};
            }};
  }
  if (type == "exponential_decay_length_penalty") {
    const std::size_t start = read.whole("start", lengths);
    const float factor = read.number("factor", some);
    return {type, pushed(GrowingEnd(start, factor, read.ids("eos")), ScaledPush{})};
  }
  if (type == "no_repeat_ngram") {
    return {type, pushed(NoRepeatNgram(std::max<std::size_t>(read.whole("n", places), 1)), nothing)};
  }
  if (type == "dry") {
    Dry::Options options{read.number("multiplier", every), read.number("base", some),
                         read.whole("allowed_length", places), window(), read.ids("breakers")};
    std::ranges::sort(options.breakers);
    return {type, pushed(Dry(options), Push{})};
  }
  if (type == "log_softmax") return {type, always(LogSoftmax{})};
  if (type == "top_k") return {type, always(TopK{static_cast<unsigned>(read.whole("k", ranks))})};
  if (type == "top_p") return {type, always(TopP{read.number("p", share)})};
  if (type == "min_p") return {type, always(MinP{read.number("p", share)})};
  if (type == "typical_p") return {type, always(TypicalP{read.number("p", share)})};
  if (type == "epsilon_cutoff") return {type, always(EpsilonCutoff{read.number("epsilon", share)})};
  if (type == "eta_cutoff") return {type, always(EtaCutoff{read.number("epsilon", share)})};
  if (type == "top_n_sigma") return {type, always(TopNSigma{read.number("n", {})})};
  if (type == "top_h") return {type, always(TopH{read.number("h", share)})};
  if (type == "top_a") return {type, always(TopA{read.number("a", share)})};
  if (type == "xtc") {
    const float threshold = read.number("threshold", share);
    return {type, always(Xtc{threshold, read.number("probability", share)})};
  }
  if (type == "adaptive_p") {
    const float target = read.number("target", share);
    const float average = read.has("average") ? read.number("average", share) : target;
    return {type, always(AdaptiveP{target, 0.9f, average - target})};
  }
  if (type == "green_list") {
    constexpr ValueRange keys = from_to(0, 9007199254740992.0);  // what a number of JSON can be relied on to hold
    const Watermark source({read.whole("key", keys), read.whole("context_width", lengths), Watermark::Repeats::marked});
    const float gamma = read.number("gamma", share);
    return {type, pushed(source, GreenList{gamma, read.number("delta", {})})};
  }
  if (type == "soft_cap") return {type, always(SoftCap{read.number("cap", every)})};
  if (type == "smoothing") {
    const float factor = read.number("factor", every);
    return {type, always(Smoothing{factor, read.has("curve") ? read.number("curve", at_least(1)) : 1.0f})};
  }
  if (type == "greedy") return {type, always(Greedy{})};
  return {};
}

}  // namespace detail

/// The pipeline of a JSON list; an error names the step and what is wrong with it.
inline Result<Pipeline> pipeline_from_json(const nlohmann::json& list) {
  if (!list.is_array()) {
    return Error{"a pipeline is a list of steps such as {\"type\": \"top_k\", \"k\": 50}, not " + detail::quoted(list)};
  }
  std::vector<Pipeline::Step> steps;
  for (const auto& item : list) {
    const auto at = "step " + std::to_string(steps.size() + 1) + " of the pipeline";
    if (!item.is_object() || !item.contains("type") || !item["type"].is_string()) {
      return Error{at + " is " + detail::quoted(item) + "; it must be an object with a \"type\""};
    }
    const auto type = item["type"].get<std::string>();
    detail::StepReader read(item);
    auto step = detail::read_step(type, read);
    if (step.type.empty()) {
      return Error{at + ": there is no policy of type " + detail::quoted(item["type"]) +
                   did_you_mean(type, detail::step_types)};
    }
    if (const std::string error = read.error(); !error.empty()) return Error{at + ", \"" + type + "\": " + error};
    steps.push_back(std::move(step));
  }
  return Pipeline(std::move(steps));
}

}  // namespace tamis
