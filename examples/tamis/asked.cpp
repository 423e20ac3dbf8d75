#include "asked.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <tamis/io/generation_fields.hpp>
#include <tamis/presets/config_options.hpp>
#include <tamis/presets/config_sources.hpp>
#include <type_traits>
#include <utility>

namespace command {

namespace {

using tamis::Error;
using tamis::GenerationConfig;
using tamis::Result;
using tamis::TokenId;

/// The tokens that end a text.
std::vector<TokenId> end_tokens(const GenerationConfig& config, const tamis::Bpe& tokenizer) {
  if (config.ignore_eos) return {};
  return config.eos_token_id.empty() ? tokenizer.special().ends : config.eos_token_id;
}

/// An error if the configuration names a token that the model does not have.
Result<void> check_tokens(const GenerationConfig& config, TokenId vocab_size) {
  for (const tamis::GenerationField& field : tamis::generation_fields) {
    TokenId greatest = 0;
    const auto see = [&](const std::vector<TokenId>& ids) {
      for (const TokenId id : ids) greatest = std::max(greatest, id);
    };
    visit_member(field, config, [&](const auto& value) {
      using Value = std::remove_cvref_t<decltype(value)>;
      if constexpr (std::is_same_v<Value, std::vector<TokenId>>) see(value);
      if constexpr (std::is_same_v<Value, std::vector<std::vector<TokenId>>>)
        std::ranges::for_each(value, see);
      if constexpr (std::is_same_v<Value, std::vector<tamis::SequenceBias>>) {
        for (const tamis::SequenceBias& bias : value) see(bias.tokens);
      }
      if constexpr (std::is_same_v<Value, std::vector<tamis::TokenBias>>) {
        for (const tamis::TokenBias& bias : value) see({bias.token});
      }
      if constexpr (std::is_same_v<Value, std::optional<TokenId>>) {
        if (value && field.name.ends_with("_token_id")) see({*value});
      }
    });
    if (greatest >= vocab_size) {
      return Error{std::string(field.name) + " names the token " + std::to_string(greatest) +
                   "; the model's are 0 to " + std::to_string(vocab_size - 1)};
    }
  }
  return {};
}

}  // namespace

tamis::SequenceContext context_of(const GenerationConfig& config, const Loaded& loaded,
                                  std::size_t prompt_tokens) {
  const tamis::Bpe& tokenizer = loaded.tokenizer;
  tamis::SequenceContext context;
  context.prompt_tokens = prompt_tokens;
  context.vocab_size = static_cast<std::size_t>(loaded.vocab_size());
  context.end_tokens = end_tokens(config, tokenizer);
  for (const std::string& word : config.bad_words) {
    for (const std::string& spelling : {word, " " + word}) {
      context.bad_words.push_back(tokenizer.encode(spelling, {.parse_special = false}));
    }
  }
  if (config.dry_multiplier > 0) {
    for (TokenId id = 0; id < tokenizer.vocab_size(); ++id) {
      const auto breaks = [&](const std::string& text) {
        return tokenizer.bytes(id).find(text) != std::string_view::npos;
      };
      if (std::ranges::any_of(config.dry_sequence_breakers, breaks))
        context.dry_breakers.push_back(id);
    }
  }
  return context;
}

Result<Asked> asked_of(const GenerationConfig& config, const Loaded& loaded,
                       std::size_t prompt_tokens, bool wants_logprobs) {
  if (const auto known = check_tokens(config, loaded.vocab_size()); !known) return known.error();
  auto sampler = ChosenSampler::of(config, loaded.vocab_size());
  if (!sampler) return sampler.error();
  auto options = tamis::config_options(config, loaded.tokenizer.special().ends);
  options.raw_log_probabilities = wants_logprobs;
  return Asked{*std::move(sampler), std::move(options),
               config_sources(config, context_of(config, loaded, prompt_tokens))};
}

}  // namespace command
