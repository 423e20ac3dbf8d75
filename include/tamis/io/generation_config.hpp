#pragma once

/// \file generation_config.hpp
/// Everything a user may ask of a generation, as plain data: no JSON, no command line, no sampler.
///
/// What each member means, with its range and the value at which it does nothing, is said once, in
/// generation_fields.hpp. That table serves JSON, validation and the command line's options.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../core/early_stopping.hpp"
#include "../core/result.hpp"
#include "../core/types.hpp"

namespace tamis {

/// The ways to choose a token that have a name; see `resolved` for what each one sets.
enum class Strategy { greedy, top_k, top_p, beam_search };

/// The tokens that the penalties count: `usual`, the prompt's and the generated ones for the
/// repetition penalty, the generated ones for the frequency and presence penalties (HF, vLLM,
/// OpenAI); `prompt_and_generated` for all three (llama.cpp); `generated` for all three (SGLang).
enum class PenaltyScope { usual, prompt_and_generated, generated };

/// Whose order the policies are applied in.
enum class PolicyOrder { hf, llama_cpp, vllm, sglang, openai };

/// The names of an enumeration's values, by value.
constexpr std::array<std::string_view, 4> names_of(Strategy) {
  return {"greedy", "top_k", "top_p", "beam_search"};
}
constexpr std::array<std::string_view, 3> names_of(PenaltyScope) {
  return {"usual", "prompt_and_generated", "generated"};
}
constexpr std::array<std::string_view, 5> names_of(PolicyOrder) {
  return {"hf", "llama_cpp", "vllm", "sglang", "openai"};
}

/// What is added to one token's logit.
struct TokenBias {
  TokenId token = 0;
  double bias = 0;

  bool operator==(const TokenBias&) const = default;
};

/// What is added to the logit of a sequence's last token after the tokens before it.
struct SequenceBias {
  std::vector<TokenId> tokens;
  double bias = 0;

  bool operator==(const SequenceBias&) const = default;
};

/// After `start` new tokens the end gets likelier, by `factor` to the power of the tokens beyond.
struct LengthDecay {
  int start = 0;
  double factor = 1;

  bool operator==(const LengthDecay&) const = default;
};

/// The parameters of a generation: the union of those of HF transformers, vLLM, SGLang, llama.cpp
/// and the OpenAI and Anthropic APIs, under HF's names where HF has one.
///
/// An empty optional or list was not asked for. A value outside its range is possible here, and
/// found by `validate`.
struct GenerationConfig {
  // Length, and when to stop.
  std::optional<int> max_new_tokens;
  std::optional<int> max_length;
  int min_new_tokens = 0;
  int min_length = 0;
  std::optional<double> max_time;
  std::vector<std::string> stop_strings;
  bool include_stop_str_in_output = false;
  std::vector<TokenId> stop_token_ids;
  std::vector<std::vector<TokenId>> stop_token_sequences;
  int loop_block = 0;
  int loop_repeats = 8;
  bool ignore_eos = false;
  std::optional<LengthDecay> exponential_decay_length_penalty;

  // How to choose.
  std::optional<Strategy> strategy;
  std::optional<bool> do_sample;
  int num_return_sequences = 1;
  std::optional<std::uint64_t> seed;
  int num_beams = 1;
  double length_penalty = 1;
  EarlyStopping early_stopping = EarlyStopping::no;
  int num_beam_groups = 1;
  double diversity_penalty = 0;
  double penalty_alpha = 0;
  std::string dola_layers;

  // The shape of the distribution.
  PolicyOrder order = PolicyOrder::hf;
  double temperature = 1;
  double dynatemp_range = 0;
  double dynatemp_exponent = 1;
  int top_k = 50;
  double top_p = 0.95;
  double min_p = 0;
  double typical_p = 1;
  std::optional<double> top_h;
  double top_n_sigma = 0;
  double top_a = 0;
  double epsilon_cutoff = 0;
  double eta_cutoff = 0;
  double xtc_probability = 0;
  double xtc_threshold = 0.1;
  double smoothing_factor = 0;
  double smoothing_curve = 1;
  double logit_softcap = 0;
  int mirostat = 0;
  double mirostat_tau = 5;
  double mirostat_eta = 0.1;
  std::optional<double> adaptive_target;
  double adaptive_decay = 0.9;

  // Against repetition.
  double repetition_penalty = 1;
  double frequency_penalty = 0;
  double presence_penalty = 0;
  std::optional<int> repeat_last_n;
  PenaltyScope penalty_scope = PenaltyScope::usual;
  int no_repeat_ngram_size = 0;
  double dry_multiplier = 0;
  double dry_base = 1.75;
  int dry_allowed_length = 2;
  std::optional<int> dry_penalty_last_n;
  std::vector<std::string> dry_sequence_breakers = {"\n", ":", "\"", "*"};

  // Single tokens and sequences.
  std::vector<TokenBias> logit_bias;
  std::vector<SequenceBias> sequence_bias;
  std::vector<std::vector<TokenId>> bad_words_ids;
  std::vector<std::string> bad_words;
  std::vector<std::string> banned_strings;
  std::vector<TokenId> allowed_token_ids;
  std::vector<TokenId> suppress_tokens;
  std::vector<TokenId> begin_suppress_tokens;
  std::optional<TokenId> forced_bos_token_id;
  std::vector<TokenId> forced_eos_token_id;
  double guidance_scale = 1;
  std::string negative_prompt;
  bool token_healing = false;
  bool jump_forward = false;

  // The special tokens; those of the model if left out.
  std::vector<TokenId> eos_token_id;
  std::optional<TokenId> bos_token_id;
  std::optional<TokenId> pad_token_id;

  // What comes back, and how.
  std::optional<int> logprobs;
  std::optional<int> prompt_logprobs;
  bool skip_special_tokens = true;
  bool use_cache = true;

  bool operator==(const GenerationConfig&) const = default;
};

/// How many tokens are generated at most where a configuration says nothing.
inline constexpr int default_max_new_tokens = 128;

/// How many beams the strategy `beam_search` has where `num_beams` says nothing.
inline constexpr int default_num_beams = 4;

/// The same configuration said without `strategy`, and with `do_sample` decided: what a sampler is
/// made from.
///
/// `greedy` sets do_sample to false, one beam. `top_k` and `top_p` sample from what that one
/// truncation leaves: the other is switched off. `beam_search` sets do_sample to false unless it is
/// set, and default_num_beams unless num_beams is more than one. Without a strategy, do_sample is
/// true unless there are several beams. A temperature of 0 is greedy whatever else is said.
inline GenerationConfig resolved(GenerationConfig config) {
  if (config.strategy) {
    switch (*config.strategy) {
      case Strategy::greedy:
        config.do_sample = false;
        config.num_beams = 1;
        break;
      case Strategy::top_k:
        config.do_sample = true;
        config.top_p = 1;
        break;
      case Strategy::top_p:
        config.do_sample = true;
        config.top_k = 0;
        break;
      case Strategy::beam_search:
        config.do_sample = config.do_sample.value_or(false);
        if (config.num_beams == 1) config.num_beams = default_num_beams;
        break;
    }
    config.strategy.reset();
  }
  if (config.temperature == 0) config.do_sample = false;
  if (!config.do_sample) config.do_sample = config.num_beams == 1;
  return config;
}

/// How many new tokens are asked for at most after a prompt of `prompt_tokens`: `max_new_tokens`,
/// else what `max_length` leaves, else default_max_new_tokens. An error if `max_length` leaves
/// nothing.
inline Result<int> new_token_limit(const GenerationConfig& config, int prompt_tokens) {
  if (config.max_new_tokens) return *config.max_new_tokens;
  if (!config.max_length) return default_max_new_tokens;
  if (*config.max_length <= prompt_tokens) {
    return Error{"max_length is " + std::to_string(*config.max_length) +
                 ", prompt included, but the prompt has " + std::to_string(prompt_tokens) +
                 " tokens; raise it, or set max_new_tokens instead"};
  }
  return *config.max_length - prompt_tokens;
}

/// How many new tokens there must be before an end is allowed: by `min_new_tokens`, and by
/// `min_length`, which counts the prompt.
inline int least_new_tokens(const GenerationConfig& config, int prompt_tokens) {
  return std::max(config.min_new_tokens, config.min_length - prompt_tokens);
}

}  // namespace tamis
