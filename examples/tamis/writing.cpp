#include "writing.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tamis/generation/classifier_free_guidance.hpp>
#include <tamis/generation/generate.hpp>
#include <tamis/generation/generation_options.hpp>
#include <tamis/io/generation_fields.hpp>
#include <tamis/presets/config_sources.hpp>
#include <type_traits>
#include <utility>

#include "chosen_sampler.hpp"

namespace command {

namespace {

using tamis::Error;
using tamis::GenerationConfig;
using tamis::Result;
using tamis::TokenId;

/// What a configuration can ask for and this command does not do.
Result<void> check_supported(const GenerationConfig& config) {
  if (config.num_beams > 1) {
    return Error{
        "num_beams is " + std::to_string(config.num_beams) +
        ", but 'tamis generate' has no beam search yet; set it to 1, or take another strategy"};
  }
  return {};
}

/// The tokens that end a text.
std::vector<TokenId> end_tokens(const GenerationConfig& config, const tamis::Bpe& tokenizer) {
  if (config.ignore_eos) return {};
  return config.eos_token_id.empty() ? tokenizer.special().ends : config.eos_token_id;
}

tamis::GenerationOptions options_of(const GenerationConfig& config, const tamis::Bpe& tokenizer,
                                    int prompt_tokens, bool wants_logprobs) {
  tamis::GenerationOptions options;
  if (config.max_new_tokens) {
    options.max_new_tokens = *config.max_new_tokens;
  } else if (config.max_length) {
    options.max_new_tokens = tamis::GenerationOptions::unlimited;
    options.max_length = *config.max_length;
  } else {
    options.max_new_tokens = tamis::default_max_new_tokens;
  }
  if (config.max_time) options.max_seconds = *config.max_time;
  options.min_new_tokens = least_new_tokens(config, prompt_tokens);
  options.end_tokens = end_tokens(config, tokenizer);
  options.stop_tokens = config.stop_token_ids;
  options.stop_strings = config.stop_strings;
  if (config.include_stop_str_in_output) options.stop_ending = tamis::StopStrings::Ending::kept;
  if (config.repeat_last_n)
    options.penalty_window = static_cast<std::size_t>(*config.repeat_last_n);
  options.skip_special_tokens = config.skip_special_tokens;
  options.use_cache = config.use_cache;
  options.raw_log_probabilities = wants_logprobs;
  options.log_probabilities = config.logprobs.has_value();
  options.top_log_probabilities = config.logprobs.value_or(0);
  return options;
}

tamis::SequenceContext context_of(const GenerationConfig& config, const Loaded& loaded,
                                  std::size_t prompt_tokens) {
  const tamis::Bpe& tokenizer = loaded.tokenizer;
  tamis::SequenceContext context;
  context.prompt_tokens = prompt_tokens;
  context.vocab_size = static_cast<std::size_t>(loaded.model.vocab_size());
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

/// Hears of the tokens of one text.
struct Listener {
  const Audience& audience;

  void operator()(const tamis::GenerationEvent& event) const { audience.text(event.text); }
  void on_prefill(std::size_t read, std::size_t all) const { audience.prefill(read, all); }
};

/// The texts that a model writes: the one that is loaded, or one made of it.
template <class M>
Result<std::vector<tamis::Generation>> write_with(M& model, const Loaded& loaded,
                                                  const std::vector<TokenId>& prompt,
                                                  const GenerationConfig& config,
                                                  bool wants_logprobs, const Audience& audience) {
  const auto sampler = ChosenSampler::of(config, loaded.model.vocab_size());
  if (!sampler) return sampler.error();
  auto options =
      options_of(config, loaded.tokenizer, static_cast<int>(prompt.size()), wants_logprobs);
  const auto sources = config_sources(config, context_of(config, loaded, prompt.size()));

  std::vector<tamis::Generation> texts;
  tamis::Memory memory(model);
  for (int i = 0; i < config.num_return_sequences; ++i) {
    if (i > 0) audience.text("\n\n");
    options.seed = *config.seed + static_cast<std::uint64_t>(i);
    auto text = generate(model, memory, loaded.tokenizer, *sampler, prompt, options,
                         Listener{audience}, sources);
    if (!text) return text.error();
    if (text->error) return *text->error;
    texts.push_back(*std::move(text));
  }
  return texts;
}

}  // namespace

Result<std::vector<tamis::Generation>> write_texts(Loaded& loaded,
                                                   const std::vector<TokenId>& prompt,
                                                   const GenerationConfig& config,
                                                   bool wants_logprobs, const Audience& audience) {
  if (const auto supported = check_supported(config); !supported) return supported.error();
  if (const auto known = check_tokens(config, loaded.model.vocab_size()); !known)
    return known.error();
  if (config.guidance_scale == 1)
    return write_with(loaded.model, loaded, prompt, config, wants_logprobs, audience);
  tamis::ClassifierFreeGuidance guided(loaded.model, config.guidance_scale, prompt,
                                       loaded.tokenizer.encode(config.negative_prompt));
  return write_with(guided, loaded, prompt, config, wants_logprobs, audience);
}

}  // namespace command
