#pragma once

/// \file config_sources.hpp
/// What a configuration says about the sequence, as sources.

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "../core/types.hpp"
#include "../io/generation_config.hpp"
#include "../sources/allowed_tokens.hpp"
#include "../sources/any_source.hpp"
#include "../sources/bans.hpp"
#include "../sources/dry.hpp"
#include "../sources/forced_tokens.hpp"
#include "../sources/growing_end.hpp"
#include "../sources/no_repeat_ngram.hpp"
#include "../sources/sequence_biases.hpp"

namespace tamis {

/// What config_sources must be told that no configuration says.
struct SequenceContext {
  std::size_t prompt_tokens = 0;
  std::size_t vocab_size = 0;
  std::vector<TokenId> end_tokens = {};               ///< of the configuration, or of the model
  std::vector<std::vector<TokenId>> bad_words = {};   ///< the tokens of `bad_words`, each with and without a space before
  std::vector<TokenId> dry_breakers = {};             ///< the tokens whose text contains one of `dry_sequence_breakers`
};

/// The sources that the configuration asks for. Least lengths are the generation's: see GenerationOptions.
inline std::vector<AnySource> config_sources(const GenerationConfig& config, const SequenceContext& context) {
  constexpr std::size_t always = std::numeric_limits<std::size_t>::max();
  std::vector<AnySource> sources;

  std::vector<SequenceBiases::Entry> biases;
  for (const TokenBias& b : config.logit_bias) biases.push_back({{b.token}, static_cast<float>(b.bias)});
  for (const SequenceBias& b : config.sequence_bias) biases.push_back({b.tokens, static_cast<float>(b.bias)});
  for (const auto& word : config.bad_words_ids) biases.push_back({word, masked});
  for (const auto& word : context.bad_words) biases.push_back({word, masked});
  if (!biases.empty()) sources.push_back(SequenceBiases(std::move(biases)));

  if (!config.suppress_tokens.empty()) sources.push_back(Bans(config.suppress_tokens, 0, always));
  if (!config.begin_suppress_tokens.empty()) {
    sources.push_back(Bans(config.begin_suppress_tokens, context.prompt_tokens, context.prompt_tokens + 1));
  }
  if (!config.allowed_token_ids.empty()) {
    sources.push_back(AllowedTokens(config.allowed_token_ids, context.vocab_size));
  }
  if (config.forced_bos_token_id) sources.push_back(ForcedTokens({*config.forced_bos_token_id}, 1));
  if (!config.forced_eos_token_id.empty()) {
    const std::size_t last = config.max_new_tokens ? context.prompt_tokens + static_cast<std::size_t>(*config.max_new_tokens)
                             : config.max_length   ? static_cast<std::size_t>(*config.max_length)
                                                   : context.prompt_tokens + default_max_new_tokens;
    sources.push_back(ForcedTokens(config.forced_eos_token_id, last - 1));
  }
  if (const auto& decay = config.exponential_decay_length_penalty) {
    sources.push_back(GrowingEnd(static_cast<std::size_t>(decay->start), static_cast<float>(decay->factor), context.end_tokens));
  }
  if (config.no_repeat_ngram_size > 0) {
    sources.push_back(NoRepeatNgram(static_cast<std::size_t>(config.no_repeat_ngram_size)));
  }
  if (config.dry_multiplier > 0) {
    Dry::Options options{static_cast<float>(config.dry_multiplier), static_cast<float>(config.dry_base),
                         static_cast<std::size_t>(config.dry_allowed_length), always, context.dry_breakers};
    if (config.dry_penalty_last_n && *config.dry_penalty_last_n >= 0) {
      options.window = static_cast<std::size_t>(*config.dry_penalty_last_n);
    }
    std::ranges::sort(options.breakers);
    sources.push_back(Dry(std::move(options)));
  }
  return sources;
}

}  // namespace tamis
