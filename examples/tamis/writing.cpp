#include "writing.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <span>
#include <tamis/backends/simd.hpp>
#include <tamis/core/sequence.hpp>
#include <tamis/generation/stop_strings.hpp>
#include <tamis/io/generation_fields.hpp>
#include <tamis/policies/frequency_penalty.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/min_p.hpp>
#include <tamis/policies/presence_penalty.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/policies/typical_p.hpp>
#include <tamis/sampler.hpp>
#include <tamis/tokenizers/detokenizer.hpp>

namespace command {

namespace {

using Clock = std::chrono::steady_clock;
using tamis::TokenId;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// ln p(token) in the model's own distribution.
double log_probability(std::span<const float> logits, TokenId token) {
  const double greatest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - greatest);
  return static_cast<double>(logits[static_cast<std::size_t>(token)]) - greatest - std::log(sum);
}

/// Writes one text after a prompt that the model has read.
class Writer {
 public:
  Writer(Loaded& loaded, const tamis::GenerationConfig& config, const Writing& writing)
      : loaded_(loaded), config_(config), writing_(writing) {}

  Result<Written> write(const std::vector<TokenId>& prompt, tamis::Llama::Cache cache,
                        std::vector<float> logits, std::uint64_t seed, int limit, int least) {
    const auto start = Clock::now();
    auto stops =
        tamis::StopStrings::of(config_.stop_strings, config_.include_stop_str_in_output
                                                         ? tamis::StopStrings::Ending::kept
                                                         : tamis::StopStrings::Ending::trimmed);
    if (!stops) return stops.error();
    tamis::Detokenizer detokenizer;
    tamis::Sequence sequence(prompt, seed);
    const std::vector<TokenId> ends = end_tokens();
    Written written;
    written.finish_reason = "length";
    std::span<const float> row = logits;
    const auto show = [&](const std::string& text) {
      written.text += text;
      if (!text.empty()) writing_.show(text);
    };
    for (int n = 0; n < limit; ++n) {
      if (n < least) {
        for (const TokenId end : ends)
          sequence.add_bias(end, -std::numeric_limits<float>::infinity());
      }
      const tamis::Choice choice = draw(row, sequence);
      sequence.clear_passing();
      if (choice.fault != tamis::Fault::none) return Error{sentence_of(choice.fault)};
      const TokenId token = choice.token;
      written.ids.push_back(token);
      if (writing_.wants_logprobs) written.logprobs.push_back(log_probability(row, token));
      if (std::ranges::find(ends, token) != ends.end()) {
        const bool eos =
            std::ranges::find(config_.stop_token_ids, token) == config_.stop_token_ids.end();
        written.finish_reason = eos ? "eos" : "stop";
        break;
      }
      sequence.append(token);
      const bool hidden = config_.skip_special_tokens && loaded_.tokenizer.is_special(token);
      if (!hidden) show(stops->push(detokenizer.push(loaded_.tokenizer.bytes(token))));
      if (stops->found()) {
        written.finish_reason = "stop";
        break;
      }
      if (config_.max_time && seconds_since(start) >= *config_.max_time) {
        written.finish_reason = "time";
        break;
      }
      if (n + 1 == limit) break;
      row = next(cache, sequence);
      if (row.empty()) break;  // the context is full
    }
    if (!stops->found()) show(stops->push(detokenizer.finish()) + stops->finish());
    for (const double log : written.logprobs) written.score += log;
    return written;
  }

 private:
  /// The logits after the sequence; with no cache, by reading all of it again.
  std::span<const float> next(tamis::Llama::Cache& cache, const tamis::Sequence& sequence) {
    if (config_.use_cache) return loaded_.model.forward(cache, sequence.tokens().last(1));
    cache = loaded_.model.start();
    return loaded_.model.forward(cache, sequence.tokens());
  }

  tamis::Choice draw(std::span<const float> logits, const tamis::Sequence& sequence) const {
    tamis::simd::RowOf row(logits, sequence.stream(), sequence.facts());
    const tamis::RepetitionPenalty repetition{static_cast<float>(config_.repetition_penalty)};
    const tamis::FrequencyPenalty frequency{static_cast<float>(config_.frequency_penalty)};
    const tamis::PresencePenalty presence{static_cast<float>(config_.presence_penalty)};
    if (!*config_.do_sample)
      return tamis::Sampler{repetition, frequency, presence, tamis::Greedy{}}(row);
    return tamis::Sampler{repetition,
                          frequency,
                          presence,
                          tamis::Temperature{static_cast<float>(config_.temperature)},
                          tamis::TopK{static_cast<unsigned>(config_.top_k)},
                          tamis::TopP{static_cast<float>(config_.top_p)},
                          tamis::MinP{static_cast<float>(config_.min_p)},
                          tamis::TypicalP{static_cast<float>(config_.typical_p)}}(row);
  }

  /// The tokens that end a text.
  std::vector<TokenId> end_tokens() const {
    std::vector<TokenId> ends = config_.stop_token_ids;
    if (config_.ignore_eos) return ends;
    const auto& eos =
        config_.eos_token_id.empty() ? loaded_.tokenizer.special().ends : config_.eos_token_id;
    ends.insert(ends.end(), eos.begin(), eos.end());
    return ends;
  }

  Loaded& loaded_;
  const tamis::GenerationConfig& config_;
  const Writing& writing_;
};

/// What the configuration asks for and this program does not do.
Result<void> check_supported(const tamis::GenerationConfig& config) {
  constexpr std::string_view done[] = {"max_new_tokens",
                                       "max_length",
                                       "min_new_tokens",
                                       "min_length",
                                       "max_time",
                                       "stop_strings",
                                       "include_stop_str_in_output",
                                       "stop_token_ids",
                                       "ignore_eos",
                                       "do_sample",
                                       "num_return_sequences",
                                       "seed",
                                       "temperature",
                                       "top_k",
                                       "top_p",
                                       "min_p",
                                       "typical_p",
                                       "repetition_penalty",
                                       "frequency_penalty",
                                       "presence_penalty",
                                       "logprobs"};
  for (const tamis::GenerationField& field : tamis::generation_fields) {
    if (is_neutral(field, config) || std::ranges::find(done, field.name) != std::end(done))
      continue;
    return Error{std::string(field.name) +
                 " is set, but 'tamis generate' does not do it; leave it out"};
  }
  return {};
}

}  // namespace

Result<std::vector<Written>> write_texts(Loaded& loaded, const std::vector<TokenId>& prompt,
                                         const tamis::GenerationConfig& config,
                                         const Writing& writing, Statistics& statistics) {
  if (const auto supported = check_supported(config); !supported) return supported.error();
  const auto limit = new_token_limit(config, static_cast<int>(prompt.size()));
  if (!limit) return limit.error();
  const int room = loaded.model.context_size() - static_cast<int>(prompt.size());

  auto start = Clock::now();
  auto cache = loaded.model.start();
  std::span<const float> logits;
  constexpr std::size_t piece = 256;
  for (std::size_t at = 0; at < prompt.size(); at += piece) {
    writing.show_prefill(at);
    logits = loaded.model.forward(
        cache, std::span(prompt).subspan(at, std::min(piece, prompt.size() - at)));
  }
  const std::vector<float> after_prompt(logits.begin(), logits.end());
  statistics.prefill_seconds = seconds_since(start);

  start = Clock::now();
  std::vector<Written> texts;
  Writer writer(loaded, config, writing);
  for (int i = 0; i < config.num_return_sequences; ++i) {
    if (i > 0) writing.show("\n\n");
    auto written = writer.write(
        prompt, cache, after_prompt, *config.seed + static_cast<std::uint64_t>(i),
        std::min(*limit, room + 1), least_new_tokens(config, static_cast<int>(prompt.size())));
    if (!written) return written.error();
    statistics.new_tokens += written->ids.size();
    texts.push_back(*std::move(written));
  }
  statistics.decode_seconds = seconds_since(start);
  return texts;
}

}  // namespace command
