#pragma once

/// \file validate.hpp
/// Whether a configuration can be obeyed, and if not, why not in one sentence.

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../core/result.hpp"
#include "../core/types.hpp"
#include "generation_config.hpp"
#include "generation_fields.hpp"
#include "value_range.hpp"

namespace tamis {

namespace detail {

/// What is wrong with one value of a parameter called `name`; nothing if it is in order.
struct ValueFault {
  std::string name;
  ValueRange range;

  using Fault = std::optional<std::string>;

  Fault operator()(double value) const {
    if (range.contains(value)) return {};
    return refusal_of(name, value, range);
  }
  Fault operator()(int value) const { return (*this)(static_cast<double>(value)); }
  Fault operator()(const std::vector<TokenId>& ids) const {
    for (const TokenId id : ids) {
      if (id < 0)
        return name + " names the token " + std::to_string(id) + "; token ids are 0 or more";
    }
    return {};
  }
  Fault operator()(const std::vector<std::string>& texts) const {
    for (const std::string& text : texts) {
      if (text.empty()) return name + " holds an empty text; each text must have a character";
    }
    return {};
  }
  Fault operator()(const std::vector<TokenBias>& biases) const {
    for (const TokenBias& bias : biases) {
      if (const Fault fault = fault_of({bias.token}, bias.bias)) return fault;
    }
    return {};
  }
  Fault operator()(const std::vector<SequenceBias>& biases) const {
    for (const SequenceBias& bias : biases) {
      if (const Fault fault = fault_of(bias.tokens, bias.bias)) return fault;
    }
    return {};
  }
  Fault operator()(const std::vector<std::vector<TokenId>>& sequences) const {
    for (const std::vector<TokenId>& sequence : sequences) {
      if (const Fault fault = fault_of(sequence, 0)) return fault;
    }
    return {};
  }
  Fault operator()(const LengthDecay& decay) const {
    if (const Fault fault = ValueFault{"the start of " + name, at_least(0)}(decay.start))
      return fault;
    return ValueFault{"the factor of " + name, more_than(0)}(decay.factor);
  }
  template <class T>
  Fault operator()(const std::optional<T>& value) const {
    return value ? (*this)(*value) : Fault();
  }
  /// A truth, a name out of a list, a seed, a text: whatever it is, it is in order.
  template <class T>
  Fault operator()(const T&) const {
    return {};
  }

 private:
  Fault fault_of(const std::vector<TokenId>& sequence, double bias) const {
    if (sequence.empty()) return name + " holds an empty sequence; each sequence must have a token";
    if (const Fault fault = (*this)(sequence)) return fault;
    // Minus infinity is a ban, and well understood; plus infinity would make NaN of a ban.
    if (range.contains(bias) || bias == -std::numeric_limits<double>::infinity()) return {};
    return refusal_of("a bias of " + name, bias, range);
  }
};

/// What is wrong between parameters that are each in order.
inline std::optional<std::string> conflict_of(const GenerationConfig& config) {
  const auto sentence = [](auto... parts) { return (std::string() + ... + parts); };
  const auto text = [](int value) { return std::to_string(value); };

  if (config.max_new_tokens && config.min_new_tokens > *config.max_new_tokens) {
    return sentence("min_new_tokens is ", text(config.min_new_tokens),
                    ", but max_new_tokens is only ", text(*config.max_new_tokens));
  }
  if (config.max_length && !config.max_new_tokens && config.min_length > *config.max_length) {
    return sentence("min_length is ", text(config.min_length), ", but max_length is only ",
                    text(*config.max_length));
  }
  if (config.strategy) {
    const std::string name(names_of(Strategy())[static_cast<std::size_t>(*config.strategy)]);
    const bool draws = *config.strategy == Strategy::top_k || *config.strategy == Strategy::top_p;
    const bool beams = *config.strategy == Strategy::beam_search;
    if (draws && config.do_sample == false) {
      return sentence("strategy is ", name,
                      ", which draws at random, but do_sample is false; leave one of them out");
    }
    if (*config.strategy == Strategy::greedy && config.do_sample == true) {
      return sentence("strategy is greedy, but do_sample is true; leave one of them out");
    }
    if (!beams && config.num_beams > 1) {
      return sentence("strategy is ", name, ", but num_beams is ", text(config.num_beams),
                      "; leave one of them out");
    }
  }

  const GenerationConfig plain = resolved(config);
  if (plain.num_beams > 1 && plain.num_return_sequences > plain.num_beams) {
    return sentence(
        "num_return_sequences is ", text(plain.num_return_sequences),
        ", but a beam search returns no more sequences than it has beams, and num_beams is ",
        text(plain.num_beams));
  }
  if (plain.num_beams == 1 && !*plain.do_sample && plain.num_return_sequences > 1) {
    return sentence(
        "num_return_sequences is ", text(plain.num_return_sequences),
        ", but greedy decoding gives the same text each time; sample with a temperature above 0, "
        "or search with num_beams");
  }
  if (plain.num_beams % plain.num_beam_groups != 0) {
    return sentence("num_beam_groups is ", text(plain.num_beam_groups),
                    "; it must divide num_beams, which is ", text(plain.num_beams));
  }
  if (plain.mirostat != 0 && plain.num_beams > 1) {
    return sentence("mirostat is ", text(plain.mirostat), " and num_beams is ",
                    text(plain.num_beams),
                    "; mirostat follows one sequence and cannot steer a beam search");
  }
  return {};
}

}  // namespace detail

/// An error if a parameter is out of its range, NaN or infinite, or if two contradict each other:
/// the first one found, in the order of the table of parameters.
inline Result<void> validate(const GenerationConfig& config) {
  for (const GenerationField& field : generation_fields) {
    const detail::ValueFault fault_of{std::string(field.name), field.range};
    if (const auto fault = visit_member(field, config, fault_of)) return Error{*fault};
  }
  if (const auto conflict = detail::conflict_of(config)) return Error{*conflict};
  return {};
}

}  // namespace tamis
