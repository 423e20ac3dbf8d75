#pragma once

/// \file pipeline_json.hpp
/// A pipeline from JSON: [{"type": "top_k", "k": 50}, ...], as in tests/golden/README.md.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "../sources/bans.hpp"
#include "../sources/dry.hpp"
#include "../sources/forced_tokens.hpp"
#include "../sources/growing_end.hpp"
#include "../sources/no_repeat_ngram.hpp"
#include "../sources/sequence_biases.hpp"
#include "pipeline.hpp"

namespace tamis {

namespace detail {

/// The parameters of one step, read with their ranges; the first thing wrong is kept.
class StepReader {
 public:
  explicit StepReader(const nlohmann::json& step) : step_(step) {}

  const std::string& error() const { return error_; }

  float number(const char* key, double least, double most) {
    const auto* value = find(key);
    if (!value) return 0;
    const double x = value->is_number() ? value->get<double>() : std::nan("");
    if (!(x >= least && x <= most)) wrong(key, *value, "a number from " + text(least) + " to " + text(most));
    return static_cast<float>(x);
  }
  std::size_t whole(const char* key, std::size_t least) {
    const auto* value = find(key);
    if (!value) return 0;
    if (!value->is_number_integer() || value->get<std::int64_t>() < static_cast<std::int64_t>(least)) {
      wrong(key, *value, "a whole number of at least " + std::to_string(least));
      return 0;
    }
    return value->get<std::size_t>();
  }
  std::vector<TokenId> ids(const char* key) {
    const auto* value = find(key);
    return value ? ids_of(key, *value) : std::vector<TokenId>{};
  }
  bool has(const char* key) const { return step_.contains(key); }

  /// [[ids], number] or [ids], a list of either.
  std::vector<SequenceBiases::Entry> entries(const char* key, bool banned) {
    std::vector<SequenceBiases::Entry> entries;
    const auto* value = find(key);
    if (!value) return entries;
    if (!value->is_array()) return wrong(key, *value, "a list"), entries;
    for (const auto& item : *value) {
      if (banned) {
        entries.push_back({ids_of(key, item), masked});
      } else if (item.is_array() && item.size() == 2 && item[1].is_number()) {
        const auto tokens = item[0].is_array() ? ids_of(key, item[0]) : ids_of(key, nlohmann::json::array({item[0]}));
        entries.push_back({tokens, item[1].get<float>()});
      } else {
        wrong(key, item, "a pair of tokens and a number");
      }
      if (!entries.empty() && entries.back().tokens.empty()) wrong(key, item, "at least one token");
    }
    return entries;
  }

 private:
  const nlohmann::json* find(const char* key) {
    const auto found = step_.find(key);
    if (found != step_.end()) return &*found;
    if (error_.empty()) error_ = "it has no \"" + std::string(key) + "\"";
    return nullptr;
  }
  std::vector<TokenId> ids_of(const char* key, const nlohmann::json& value) {
    std::vector<TokenId> ids;
    if (!value.is_array()) return wrong(key, value, "a list of token ids"), ids;
    for (const auto& id : value) {
      if (!id.is_number_integer() || id.get<std::int64_t>() < 0 || id.get<std::int64_t>() > 0x7fffffff) {
        wrong(key, id, "a token id");
        return ids;
      }
      ids.push_back(id.get<TokenId>());
    }
    return ids;
  }
  void wrong(const char* key, const nlohmann::json& value, const std::string& right) {
    if (error_.empty()) error_ = "its \"" + std::string(key) + "\" is " + value.dump() + ", but must be " + right;
  }
  static std::string text(double x) {
    if (x == std::numeric_limits<double>::infinity()) return "infinity";
    if (x == -std::numeric_limits<double>::infinity()) return "minus infinity";
    std::string s = nlohmann::json(x).dump();
    return s.ends_with(".0") ? s.substr(0, s.size() - 2) : s;
  }

  const nlohmann::json& step_;
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

inline Pipeline::Step read_step(const std::string& type, StepReader& read, const nlohmann::json& step) {
  constexpr double most = std::numeric_limits<float>::max(), tiny = 1e-30;
  constexpr auto any = std::numeric_limits<std::size_t>::max();
  const Temperature nothing{1.0f};
  const auto counted = [&] {
    return step.value("over", "generated") == "prompt_and_generated" ? Counted::prompt_and_output : Counted::output;
  };
  const auto window = [&] { return read.has("last_n") ? read.whole("last_n", 0) : any; };
  if (type == "temperature") return {type, always(Temperature{read.number("temperature", 0, most)})};
  if (type == "dynamic_temperature") {
    return {type, always(DynamicTemperature{read.number("min_temperature", 0, most), read.number("max_temperature", 0, most),
                                            read.number("exponent", 0, most)})};
  }
  if (type == "repetition_penalty") return {type, always(RepetitionPenalty{read.number("penalty", tiny, most)}), window()};
  if (type == "frequency_penalty") return {type, always(FrequencyPenalty{read.number("penalty", -most, most), counted()}), window()};
  if (type == "presence_penalty") return {type, always(PresencePenalty{read.number("penalty", -most, most), counted()}), window()};
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
  if (type == "min_length") return {type, pushed(Bans(read.ids("eos"), 0, read.whole("min_length", 0)), nothing)};
  if (type == "min_new_tokens") {
    return {type, [tokens = read.ids("eos"), n = read.whole("min_new_tokens", 0)](Sequence& s) -> AnyPolicy {
              Bans(tokens, 0, s.prompt().size() + n).push(s);
              return Temperature{1.0f};
            }};
  }
  if (type == "forced_bos" || type == "forced_eos") {
    const bool begin = type == "forced_bos";
    std::vector<TokenId> tokens;
    if (begin) tokens.push_back(static_cast<TokenId>(read.whole("token", 0)));
    else tokens = read.ids("tokens");
    const ForcedTokens source(tokens, begin ? 1 : read.whole("max_length", 1) - 1, 2);
    return {type, [source](Sequence& s) -> AnyPolicy {
              source.push(s);
              return Forced{source.active(s)};
            }};
  }
  if (type == "exponential_decay_length_penalty") {
    return {type, pushed(GrowingEnd(read.whole("start", 0), read.number("factor", tiny, most), read.ids("eos")), ScaledPush{})};
  }
  if (type == "no_repeat_ngram") return {type, pushed(NoRepeatNgram(std::max<std::size_t>(read.whole("n", 1), 1)), nothing)};
  if (type == "dry") {
    Dry::Options options{read.number("multiplier", 0, most), read.number("base", tiny, most), read.whole("allowed_length", 0),
                         window(), read.ids("breakers")};
    std::ranges::sort(options.breakers);
    return {type, pushed(Dry(options), Push{})};
  }
  if (type == "log_softmax") return {type, always(LogSoftmax{})};
  if (type == "top_k") return {type, always(TopK{static_cast<unsigned>(read.whole("k", 0))})};
  if (type == "top_p") return {type, always(TopP{read.number("p", 0, 1)})};
  if (type == "min_p") return {type, always(MinP{read.number("p", 0, 1)})};
  if (type == "typical_p") return {type, always(TypicalP{read.number("p", 0, 1)})};
  if (type == "epsilon_cutoff") return {type, always(EpsilonCutoff{read.number("epsilon", 0, 1)})};
  if (type == "eta_cutoff") return {type, always(EtaCutoff{read.number("epsilon", 0, 1)})};
  if (type == "top_n_sigma") return {type, always(TopNSigma{read.number("n", -most, most)})};
  if (type == "top_h") return {type, always(TopH{read.number("h", 0, 1)})};
  if (type == "top_a") return {type, always(TopA{read.number("a", 0, 1)})};
  if (type == "xtc") return {type, always(Xtc{read.number("threshold", 0, 1), read.number("probability", 0, 1)})};
  if (type == "soft_cap") return {type, always(SoftCap{read.number("cap", 0, most)})};
  if (type == "smoothing") return {type, always(Smoothing{read.number("factor", 0, most), read.has("curve") ? read.number("curve", 1, most) : 1.0f})};
  if (type == "greedy") return {type, always(Greedy{})};
  return {};
}

}  // namespace detail

/// The pipeline of a JSON list; an error names the step and what is wrong with it.
inline Result<Pipeline> pipeline_from_json(const nlohmann::json& list) {
  if (!list.is_array()) return Error{"a pipeline is a list of steps such as {\"type\": \"top_k\", \"k\": 50}, not " + list.dump()};
  std::vector<Pipeline::Step> steps;
  for (const auto& item : list) {
    const auto at = "step " + std::to_string(steps.size() + 1) + " of the pipeline: ";
    if (!item.is_object() || !item.contains("type") || !item["type"].is_string()) {
      return Error{at + "it has no \"type\": " + item.dump()};
    }
    const auto type = item["type"].get<std::string>();
    detail::StepReader read(item);
    auto step = detail::read_step(type, read, item);
    if (step.type.empty()) return Error{at + "there is no policy of type \"" + type + "\"; tests/golden/README.md lists them"};
    if (!read.error().empty()) return Error{at + "\"" + type + "\": " + read.error()};
    steps.push_back(std::move(step));
  }
  return Pipeline(std::move(steps));
}

}  // namespace tamis
