#pragma once

/// \file event_stream.hpp
/// A generation as a range: its events, one after the other, as they are asked for.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "../core/types.hpp"
#include "continuation.hpp"
#include "generation.hpp"
#include "generation_event.hpp"
#include "generation_options.hpp"
#include "generation_statistics.hpp"
#include "language_model.hpp"
#include "log_probability.hpp"
#include "memory.hpp"
#include "no_tokenizer.hpp"
#include "prompt_log_probability.hpp"

namespace tamis {

namespace detail {

/// Nobody asks for an end.
struct NeverStopped {
  bool stop_requested() const { return false; }
};

/// Measures time.
class Stopwatch {
 public:
  /// Adds the time since the lap before, or since it was made.
  void lap(double& seconds) {
    const auto now = std::chrono::steady_clock::now();
    seconds += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }
  /// Leaves it out.
  void skip() { last_ = std::chrono::steady_clock::now(); }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace detail

/// The events of one generation, drawn as they are asked for: see stream(). An input range, of one
/// pass. What is not asked for is not generated, and destroying it early is all that cancels it.
///
/// Model, memory and tokenizer must outlive it. Where the model throws, it does so from next() or
/// from an iterator's `++`; then the stream may be asked again.
///
/// `Stop` has `stop_requested()`, which is asked before each token: std::stop_token, or the like.
template <LanguageModel M, class S, class T = NoTokenizer, class Sources = std::tuple<>,
          class Stop = detail::NeverStopped>
class EventStream {
 public:
  class Iterator {
   public:
    using value_type = GenerationEvent;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    Iterator() = default;
    explicit Iterator(EventStream& stream) : stream_(&stream) { ++*this; }

    const GenerationEvent& operator*() const { return *stream_->event_; }
    const GenerationEvent* operator->() const { return &*stream_->event_; }
    Iterator& operator++() {
      stream_->event_ = stream_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return !stream_->event_; }

   private:
    EventStream* stream_ = nullptr;
  };

  /// A request that cannot be answered makes a stream without events: see refusal().
  EventStream(M& model, Memory<M>& memory, const T& tokenizer, S sampler,
              std::span<const TokenId> prompt, const GenerationOptions& options = {},
              Sources sources = {}, Stop stop = {})
      : model_(&model),
        memory_(&memory),
        run_(Run::of(model, tokenizer, std::move(sampler), prompt, options, std::move(sources))),
        stop_(std::move(stop)),
        uses_cache_(options.use_cache) {
    if (options.prompt_log_probabilities) prompt_options_ = options;
    if (run_ && uses_cache_ && !prompt_options_ && !run_->is_over())
      statistics_.cached_tokens = static_cast<int>(memory.known(prompt));
  }

  /// As above, with a memory of its own.
  EventStream(M& model, const T& tokenizer, S sampler, std::span<const TokenId> prompt,
              const GenerationOptions& options = {}, Sources sources = {}, Stop stop = {})
      : EventStream(model, std::make_unique<Memory<M>>(model), tokenizer, std::move(sampler),
                    prompt, options, std::move(sources), std::move(stop)) {}

  /// What is wrong with the request, if it cannot be answered; null if nothing is.
  const Error* refusal() const { return run_ ? nullptr : &run_.error(); }

  /// Whether no token will be drawn any more; there may be events left.
  bool is_over() const { return !run_ || run_->is_over(); }

  /// The next event; none when it is over.
  std::optional<GenerationEvent> next() {
    if (!run_) return std::nullopt;
    if (told_ > 0) watch_.skip();
    for (;;) {
      if (auto event = run_->next_event()) {
        told_ = event->position + 1;
        return event;
      }
      if (run_->is_over()) return std::nullopt;
      if (stop_.stop_requested())
        run_->cancel();
      else
        step();
    }
  }

  Iterator begin() { return Iterator(*this); }
  std::default_sentinel_t end() const { return {}; }

  /// Ends it with the last event that there was: none follows.
  void cancel() {
    if (run_) run_->cancel(told_);
  }

  /// What has been generated so far: all, when the events are over; of a refused request, the
  /// error.
  Result<Generation> result() const& {
    if (!run_) return run_.error();
    return with_statistics(run_->generation());
  }
  Result<Generation> result() && {
    if (!run_) return run_.error();
    return with_statistics((*std::move(run_)).generation());
  }

 private:
  using Run = Continuation<S, T, Sources>;

  EventStream(M& model, std::unique_ptr<Memory<M>> memory, const T& tokenizer, S sampler,
              std::span<const TokenId> prompt, const GenerationOptions& options, Sources sources,
              Stop stop)
      : EventStream(model, *memory, tokenizer, std::move(sampler), prompt, options,
                    std::move(sources), std::move(stop)) {
    own_memory_ = std::move(memory);
  }

  /// Reads what the model has not read, and draws.
  void step() {
    if (!uses_cache_) memory_->forget();
    const auto tokens = run_->sequence().tokens();
    const bool is_first = run_->generation().tokens.empty();
    if (is_first && prompt_options_) return read_prompt({tokens.begin(), tokens.end()});
    decltype(auto) logits = memory_->read(*model_, tokens);
    watch_.lap(is_first ? statistics_.prefill_seconds : statistics_.decode_seconds);
    run_->step(logits);
    watch_.lap(statistics_.decode_seconds);
  }

  /// As above, for the first token, and notes how likely those of the prompt are.
  void read_prompt(const std::vector<TokenId>& prompt) {
    constexpr std::size_t piece = 256;  // a model may keep the logits of a whole piece
    prompt_log_probabilities_.clear();
    for (std::size_t read = 0; read < prompt.size(); read += piece) {
      const auto ids = std::span(prompt).first(std::min(prompt.size(), read + piece));
      memory_->read_each(*model_, ids, read, [&](std::size_t at, const auto& logits) {
        if (at + 1 < prompt.size()) {
          prompt_log_probabilities_.push_back(
              prompt_log_probability(logits, prompt[at + 1], *prompt_options_));
        } else {
          watch_.lap(statistics_.prefill_seconds);
          run_->step(logits);
        }
      });
    }
    watch_.lap(statistics_.decode_seconds);
  }

  Generation with_statistics(Generation generation) const {
    generation.prompt_log_probabilities = prompt_log_probabilities_;
    GenerationStatistics statistics = statistics_;
    statistics.prompt_tokens = generation.statistics.prompt_tokens;
    statistics.new_tokens = static_cast<int>(generation.tokens.size());
    statistics.rollbacks = generation.statistics.rollbacks;
    statistics.forced_tokens = generation.statistics.forced_tokens;
    generation.statistics = statistics;
    return generation;
  }

  M* model_;
  std::unique_ptr<Memory<M>> own_memory_;
  Memory<M>* memory_;
  Result<Run> run_;
  Stop stop_;
  bool uses_cache_;
  std::optional<GenerationOptions> prompt_options_;  ///< if log-probabilities of it are asked for
  std::vector<LogProbability> prompt_log_probabilities_;
  std::optional<GenerationEvent> event_;
  std::size_t told_ = 0;  ///< the length, prompt included, of which events have told; 0: none yet
  GenerationStatistics statistics_;
  detail::Stopwatch watch_;
};

}  // namespace tamis
