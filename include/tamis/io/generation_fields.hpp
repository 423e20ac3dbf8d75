#pragma once

/// \file generation_fields.hpp
/// The table of all parameters of a generation: said here once for JSON, for validation, for the
/// APIs of others and for the options of the command line.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "generation_config.hpp"
#include "value_range.hpp"

namespace tamis {

/// What a parameter is about: the headings under which `tamis generate --help` lists the options.
enum class FieldGroup { length, choice, distribution, repetition, tokens, output };

/// Where a member of GenerationConfig is found, and so of which type it is.
template <class... Ts>
using MemberOf = std::variant<Ts GenerationConfig::*...>;
using GenerationMember =
    MemberOf<bool, int, double, std::string, std::optional<bool>, std::optional<int>,
             std::optional<double>, std::optional<std::uint64_t>, std::optional<Strategy>,
             std::optional<LengthDecay>, EarlyStopping, PenaltyScope, PolicyOrder,
             std::vector<TokenId>, std::vector<std::string>, std::vector<TokenBias>,
             std::vector<SequenceBias>, std::vector<std::vector<TokenId>>>;

/// One parameter.
struct GenerationField {
  std::string_view name;  ///< in JSON; with '-' for '_', the option of the command line
  GenerationMember member;
  FieldGroup group;
  ValueRange range;               ///< of a number; of a bias, what may be added
  std::optional<double> neutral;  ///< the number that changes nothing, if it is a number
  bool refines;  ///< it changes only what another parameter does, and so is always neutral
  std::string_view help;
};

namespace detail::fields {

using C = GenerationConfig;
using enum FieldGroup;

// Of numbers there are three sorts. One that acts by itself has a neutral value,
constexpr GenerationField number(std::string_view name, GenerationMember member, FieldGroup group,
                                 ValueRange range, double neutral, std::string_view help) {
  return {name, member, group, range, neutral, false, help};
}
// one that may be left out does nothing when it is,
constexpr GenerationField optional(std::string_view name, GenerationMember member, FieldGroup group,
                                   ValueRange range, std::string_view help) {
  return {name, member, group, range, std::nullopt, false, help};
}
// and one that refines another acts only where that one does.
constexpr GenerationField refining(std::string_view name, GenerationMember member, FieldGroup group,
                                   ValueRange range, std::string_view help) {
  return {name, member, group, range, std::nullopt, true, help};
}
// All that is not a number does nothing at its default.
constexpr GenerationField other(std::string_view name, GenerationMember member, FieldGroup group,
                                std::string_view help) {
  return {name, member, group, {}, std::nullopt, false, help};
}

inline constexpr GenerationField table[] = {
    optional("max_new_tokens", &C::max_new_tokens, length, at_least(1),
             "the most tokens to generate; 128 if max_length is not given either"),
    optional("max_length", &C::max_length, length, at_least(1),
             "the most tokens in all, the prompt included; max_new_tokens goes before it"),
    number("min_new_tokens", &C::min_new_tokens, length, at_least(0), 0,
           "no end before so many new tokens"),
    number("min_length", &C::min_length, length, at_least(0), 0,
           "no end before so many tokens, the prompt included"),
    optional("max_time", &C::max_time, length, more_than(0), "stops after so many seconds"),
    other("stop_strings", &C::stop_strings, length,
          "texts that end the generation; may be given several times"),
    other("include_stop_str_in_output", &C::include_stop_str_in_output, length,
          "the text that ended the generation is part of it"),
    other("stop_token_ids", &C::stop_token_ids, length,
          "tokens that end the generation, besides the end of sequence"),
    other("stop_token_sequences", &C::stop_token_sequences, length,
          "[[ids]]: tokens in a row that end the generation"),
    number("loop_block", &C::loop_block, length, at_least(0, "0 is off"), 0,
           "ends a text that repeats a block of at most so many tokens"),
    refining("loop_repeats", &C::loop_repeats, length, at_least(1),
             "how often in a row the block may come"),
    other("ignore_eos", &C::ignore_eos, length, "goes on after the end of sequence"),
    other("exponential_decay_length_penalty", &C::exponential_decay_length_penalty, length,
          "[start, factor]: after start new tokens the end gets likelier"),
    optional("strategy", &C::strategy, choice, {},
             "greedy, top_k, top_p or beam_search, with what each implies"),
    optional("do_sample", &C::do_sample, choice, {},
             "draws at random; if false, takes the likeliest; by default true unless there are "
             "several beams"),
    number("num_return_sequences", &C::num_return_sequences, choice, at_least(1), 1,
           "how many texts to generate"),
    optional("seed", &C::seed, choice, at_least(0),
             "the same seed gives the same text; at random if left out"),
    number("num_beams", &C::num_beams, choice, at_least(1), 1,
           "the beams of a beam search; 1 is none"),
    refining("length_penalty", &C::length_penalty, choice, {},
             "beam scores are divided by length to this power; above 0 favours long texts"),
    refining("early_stopping", &C::early_stopping, choice, {},
             "when a beam search ends: false, true or never"),
    number("num_beam_groups", &C::num_beam_groups, choice, at_least(1), 1,
           "groups of beams that are kept apart by diversity_penalty"),
    refining("diversity_penalty", &C::diversity_penalty, choice, at_least(0),
             "taken off a token for each earlier group of beams that chose it"),
    number(
        "penalty_alpha", &C::penalty_alpha, choice, from_to(0, 1, "0 is off"), 0,
        "contrastive search: of the top_k likeliest tokens, 4 if that is not set, the one that is "
        "likely and yet unlike what came before, which counts so much"),
    other("dola_layers", &C::dola_layers, choice,
          "DoLa contrasts the last layer with earlier ones: low, high, or their numbers between "
          "commas"),
    refining("order", &C::order, distribution, {},
             "whose order the policies are applied in: hf, llama_cpp, vllm, sglang or openai"),
    number("temperature", &C::temperature, distribution, at_least(0, "0 means greedy"), 1,
           "divides the logits: below 1 is sharper, above 1 flatter"),
    number("dynatemp_range", &C::dynatemp_range, distribution, at_least(0, "0 is off"), 0,
           "lets the temperature move so far both ways with the entropy"),
    refining("dynatemp_exponent", &C::dynatemp_exponent, distribution, more_than(0),
             "how the temperature follows the entropy"),
    number("top_k", &C::top_k, distribution, at_least(0, "0 keeps every token"), 0,
           "keeps the k likeliest tokens"),
    number("top_p", &C::top_p, distribution, above_and_up_to(0, 1, "1 keeps every token"), 1,
           "keeps the likeliest tokens that together have probability p"),
    number("min_p", &C::min_p, distribution, from_to(0, 1, "0 keeps every token"), 0,
           "drops tokens less likely than p times the likeliest"),
    number("typical_p", &C::typical_p, distribution, above_and_up_to(0, 1, "1 keeps every token"),
           1, "keeps the tokens of most typical surprise that together have probability p"),
    optional("top_h", &C::top_h, distribution, above_and_up_to(0, 1),
             "keeps the likeliest tokens up to this share of the entropy"),
    number("top_n_sigma", &C::top_n_sigma, distribution, at_least(0, "0 is off"), 0,
           "drops logits more than n standard deviations below the greatest"),
    number("top_a", &C::top_a, distribution, from_to(0, 1, "0 is off"), 0,
           "drops tokens less likely than a times the square of the greatest probability"),
    number("epsilon_cutoff", &C::epsilon_cutoff, distribution, from_and_below(0, 1, "0 is off"), 0,
           "drops tokens less likely than this"),
    number("eta_cutoff", &C::eta_cutoff, distribution, from_and_below(0, 1, "0 is off"), 0,
           "drops tokens less likely than this, or than less where the entropy is high"),
    number("xtc_probability", &C::xtc_probability, distribution, from_to(0, 1, "0 is off"), 0,
           "how often the top choices are excluded"),
    refining("xtc_threshold", &C::xtc_threshold, distribution, above_and_up_to(0, 1),
             "the probability that makes a token a top choice"),
    number("smoothing_factor", &C::smoothing_factor, distribution, at_least(0, "0 is off"), 0,
           "bends logits down by the square of their distance from the greatest"),
    refining("smoothing_curve", &C::smoothing_curve, distribution, at_least(1),
             "how much more the far logits are bent"),
    number("logit_softcap", &C::logit_softcap, distribution, at_least(0, "0 is off"), 0,
           "squeezes logits between minus and plus this by tanh"),
    number("mirostat", &C::mirostat, distribution, from_to(0, 2, "0 is off"), 0,
           "steers the surprise instead of truncating: version 1 or 2"),
    refining("mirostat_tau", &C::mirostat_tau, distribution, more_than(0),
             "the surprise that mirostat aims at, in bits"),
    refining("mirostat_eta", &C::mirostat_eta, distribution, more_than(0),
             "how fast mirostat corrects itself"),
    optional("adaptive_target", &C::adaptive_target, distribution, from_to(0, 1),
             "steers the probability of what is drawn towards this"),
    refining("adaptive_decay", &C::adaptive_decay, distribution, from_to(0, 0.99),
             "how slowly the steering by adaptive_target forgets"),
    number("repetition_penalty", &C::repetition_penalty, repetition, more_than(0, "1 is off"), 1,
           "divides positive and multiplies negative logits of tokens that occurred"),
    number("frequency_penalty", &C::frequency_penalty, repetition, from_to(-2, 2, "0 is off"), 0,
           "taken off the logit once for each occurrence"),
    number("presence_penalty", &C::presence_penalty, repetition, from_to(-2, 2, "0 is off"), 0,
           "taken off the logit of tokens that occurred"),
    refining("repeat_last_n", &C::repeat_last_n, repetition, at_least(0, "0 penalizes nothing"),
             "the penalties look at the last n tokens; at all of them if left out"),
    refining("penalty_scope", &C::penalty_scope, repetition, {},
             "which tokens the penalties count: usual, prompt_and_generated or generated"),
    number("no_repeat_ngram_size", &C::no_repeat_ngram_size, repetition, at_least(0, "0 is off"), 0,
           "no sequence of so many tokens occurs twice"),
    number("dry_multiplier", &C::dry_multiplier, repetition, at_least(0, "0 is off"), 0,
           "a penalty that grows with the length of the repeated sequence"),
    refining("dry_base", &C::dry_base, repetition, at_least(1), "how fast it grows"),
    refining("dry_allowed_length", &C::dry_allowed_length, repetition, at_least(1),
             "the shortest repeated sequence that it punishes"),
    refining("dry_penalty_last_n", &C::dry_penalty_last_n, repetition, at_least(0),
             "it looks at the last n tokens; at all of them if left out"),
    refining("dry_sequence_breakers", &C::dry_sequence_breakers, repetition, {},
             "texts that no repeated sequence goes across"),
    other("logit_bias", &C::logit_bias, tokens, "{id: bias}: added to the logits of single tokens"),
    other("sequence_bias", &C::sequence_bias, tokens,
          "[[[ids], bias]]: added to the last token of a sequence after its others"),
    other("bad_words_ids", &C::bad_words_ids, tokens,
          "[[ids]]: sequences of tokens that must not occur"),
    other("bad_words", &C::bad_words, tokens, "words that must not occur"),
    other("banned_strings", &C::banned_strings, tokens,
          "texts that must not occur: the text goes back to where one began and on another way"),
    other("allowed_token_ids", &C::allowed_token_ids, tokens, "the only tokens that may occur"),
    other("suppress_tokens", &C::suppress_tokens, tokens, "tokens that must not occur"),
    other("begin_suppress_tokens", &C::begin_suppress_tokens, tokens,
          "tokens that must not come first"),
    optional("forced_bos_token_id", &C::forced_bos_token_id, tokens, at_least(0),
             "the token that follows a prompt of one token"),
    other("forced_eos_token_id", &C::forced_eos_token_id, tokens,
          "the tokens of which one is the last when max_length is reached"),
    number("guidance_scale", &C::guidance_scale, tokens, at_least(0, "1 is off"), 1,
           "classifier-free guidance: how far to go from the negative prompt to the prompt"),
    refining("negative_prompt", &C::negative_prompt, tokens, {},
             "the prompt that the guidance leads away from"),
    other("token_healing", &C::token_healing, tokens,
          "lets the prompt end within a word: its last token is taken back, and what comes begins "
          "with its bytes"),
    other("jump_forward", &C::jump_forward, tokens,
          "writes text that a guide forces at once, in the tokens that the tokenizer makes of it"),
    refining("eos_token_id", &C::eos_token_id, tokens, at_least(0),
             "the end of sequence; the model's if left out"),
    refining("bos_token_id", &C::bos_token_id, tokens, at_least(0),
             "the beginning of sequence; the model's if left out"),
    refining("pad_token_id", &C::pad_token_id, tokens, at_least(0),
             "what fills finished rows of a batch"),
    optional("logprobs", &C::logprobs, output, at_least(0),
             "log-probabilities of the tokens, and of so many of the likeliest at each step"),
    optional("prompt_logprobs", &C::prompt_logprobs, output, at_least(0),
             "log-probabilities of the prompt's tokens, and of so many of the likeliest at each"),
    refining("skip_special_tokens", &C::skip_special_tokens, output, {},
             "leaves special tokens out of the text"),
    refining("use_cache", &C::use_cache, output, {},
             "keeps keys and values of past tokens instead of computing them again"),
};

}  // namespace detail::fields

/// Every parameter, in the order in which they are listed and validated.
inline constexpr std::span<const GenerationField> generation_fields = detail::fields::table;

/// The parameter of this name; nullptr if there is none.
constexpr const GenerationField* field_named(std::string_view name) {
  for (const GenerationField& field : generation_fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

/// Calls `visit` with the member of `config` that `field` describes.
template <class Config, class Visitor>
constexpr decltype(auto) visit_member(const GenerationField& field, Config& config,
                                      Visitor&& visit) {
  return std::visit([&](auto member) -> decltype(auto) { return visit(config.*member); },
                    field.member);
}

/// A configuration that leaves the model's distribution as it is: every number at its neutral
/// value.
inline GenerationConfig neutral_config() {
  GenerationConfig config;
  for (const GenerationField& field : generation_fields) {
    if (!field.neutral) continue;
    visit_member(field, config, [&](auto& value) {
      using Value = std::remove_reference_t<decltype(value)>;
      if constexpr (std::is_arithmetic_v<Value>) value = static_cast<Value>(*field.neutral);
    });
  }
  return config;
}

/// Whether the parameter changes nothing in `config`: it is at its neutral value, or was not given.
inline bool is_neutral(const GenerationField& field, const GenerationConfig& config) {
  if (field.refines) return true;
  static const GenerationConfig neutral = neutral_config();
  return std::visit([&](auto member) { return config.*member == neutral.*member; }, field.member);
}

}  // namespace tamis
