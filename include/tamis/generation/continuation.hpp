#pragma once

/// \file continuation.hpp
/// One request while it is being answered: everything but the model.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../backends/row_of.hpp"
#include "../core/result.hpp"
#include "../core/sequence.hpp"
#include "../core/types.hpp"
#include "../sampler.hpp"
#include "../sources/bans.hpp"
#include "../sources/source.hpp"
#include "finish_reason.hpp"
#include "generation.hpp"
#include "generation_event.hpp"
#include "generation_options.hpp"
#include "language_model.hpp"
#include "length_limit.hpp"
#include "log_probability.hpp"
#include "no_tokenizer.hpp"
#include "output_text.hpp"
#include "stop_strings.hpp"

namespace tamis {

namespace detail {

/// Lets each source of a tuple, each of a range, or the one source speak.
template <class Sources>
void push_all(Sources& sources, Sequence& sequence) {
  if constexpr (Source<Sources>) {
    sources.push(sequence);
  } else if constexpr (requires { std::begin(sources); }) {
    for (auto& source : sources) source.push(sequence);
  } else {
    std::apply([&](auto&... source) { (source.push(sequence), ...); }, sources);
  }
}

/// An error unless all of these are tokens; `what` begins its sentence.
inline Result<void> check_tokens(std::string_view what, std::span<const TokenId> ids,
                                 TokenId vocab_size) {
  for (const TokenId id : ids)
    if (id < 0 || id >= vocab_size)
      return Error{std::string(what) + " " + std::to_string(id) +
                   " is not in the model's vocabulary, which has the ids 0 to " +
                   std::to_string(vocab_size - 1)};
  return {};
}

/// How many tokens the model takes, if it says so.
template <class M>
std::optional<std::size_t> context_size_of(M& model) {
  if constexpr (requires { model.context_size(); })
    return static_cast<std::size_t>(model.context_size());
  else
    return std::nullopt;
}

}  // namespace detail

/// A continuation of a prompt, token by token: logits in, events out. It knows no model, so that
/// one may drive many of them, in any order; each draws the same tokens as it would alone.
///
///     auto run = Continuation<...>::of(model, tokenizer, sampler, prompt, options);
///     while (!run->is_over()) run->step(logits after run->sequence().tokens());
///
/// `S` is a Sampler, or what else takes an executor and returns a Choice; or a reference_wrapper of
/// one. `T` is a Tokenizer, which must outlive this; or NoTokenizer. `Sources` is a Source, or a
/// tuple, vector or array of them.
template <class S, class T = NoTokenizer, class Sources = std::tuple<>>
class Continuation {
 public:
  /// An error says what is wrong with the request; then nothing has been done.
  template <LanguageModel M>
  static Result<Continuation> of(M& model, const T& tokenizer, S sampler,
                                 std::span<const TokenId> prompt,
                                 const GenerationOptions& options = {}, Sources sources = {}) {
    const TokenId vocab_size = model.vocab_size();
    if (prompt.empty()) return Error{"the prompt is empty; it needs at least one token"};
    for (const auto& [what, ids] : {std::pair{"the prompt's token", prompt},
                                    std::pair{"end token", std::span(options.end_tokens)},
                                    std::pair{"stop token", std::span(options.stop_tokens)}}) {
      if (const auto checked = detail::check_tokens(what, ids, vocab_size); !checked)
        return checked.error();
    }
    const auto limit = LengthLimit::of(options, prompt.size(), detail::context_size_of(model));
    if (!limit) return limit.error();
    if (!(options.max_seconds >= 0))
      return Error{"max_seconds is " + std::to_string(options.max_seconds) +
                   "; it must be 0 or more"};
    if (options.top_log_probabilities < 0)
      return Error{"top_log_probabilities is " + std::to_string(options.top_log_probabilities) +
                   "; it must be 0 or more"};
    if (std::is_same_v<T, NoTokenizer> && !options.stop_strings.empty())
      return Error{
          "stop strings are sought in text, and there is no tokenizer to make it; give one, or use "
          "stop tokens"};
    auto stops = StopStrings::of(options.stop_strings, options.stop_ending);
    if (!stops) return stops.error();
    return Continuation(tokenizer, std::move(sampler), prompt, options, *limit, *std::move(stops),
                        std::move(sources), vocab_size);
  }

  /// The prompt and what has been drawn.
  const Sequence& sequence() const { return sequence_; }
  bool is_over() const { return over_; }

  /// Draws the next token from the logits after the sequence, [vocab_size]. False if there was none
  /// to draw: then it is over, and generation().error says why if it was not over before.
  template <class Logits>
  bool step(const Logits& logits) {
    if (over_) return false;
    if constexpr (requires { std::size(logits); }) {
      if (std::size(logits) != static_cast<std::size_t>(vocab_size_))
        return fail("the model returned " + std::to_string(std::size(logits)) +
                    " logits instead of " + std::to_string(vocab_size_));
    }
    sequence_.clear_passing();
    ends_before_.push(sequence_);
    detail::push_all(sources_, sequence_);

    LogProbability log_probability;
    const Choice choice = draw(logits, log_probability);
    if (choice.fault != Fault::none) return fail(sentence_of(choice.fault));
    if (choice.token < 0 || choice.token >= vocab_size_)
      return fail("the sampler chose " + std::to_string(choice.token) +
                  ", which is no token; the vocabulary has the ids 0 to " +
                  std::to_string(vocab_size_ - 1));

    sequence_.append(choice.token);
    generation_.tokens.push_back(choice.token);
    if (options_.log_probabilities || options_.raw_log_probabilities)
      generation_.log_probabilities.push_back(std::move(log_probability));
    shown_ = generation_.text.size();
    if (const auto reason = take(choice.token)) end(*reason);
    return true;
  }

  /// The last token drawn, after a step that returned true; valid until the next step or end.
  GenerationEvent event() const {
    GenerationEvent event;
    event.position = sequence_.size() - 1;
    event.token = generation_.tokens.back();
    event.text = std::string_view(generation_.text).substr(shown_);
    if (!generation_.log_probabilities.empty())
      event.log_probability = &generation_.log_probabilities.back();
    if (over_) event.finish = generation_.finish;
    return event;
  }

  /// Ends it from outside.
  void cancel() {
    if (!over_) end(FinishReason::cancelled);
  }

  /// What has been generated so far.
  const Generation& generation() const& { return generation_; }
  Generation generation() && { return std::move(generation_); }

 private:
  using Clock = std::chrono::steady_clock;

  Continuation(const T& tokenizer, S sampler, std::span<const TokenId> prompt,
               const GenerationOptions& options, LengthLimit limit, StopStrings stops,
               Sources sources, TokenId vocab_size)
      : tokenizer_(&tokenizer),
        sampler_(std::move(sampler)),
        options_(options),
        limit_(limit),
        sources_(std::move(sources)),
        ends_before_(ends_of(options), prompt.size(),
                     prompt.size() + static_cast<std::size_t>(options.min_new_tokens)),
        sequence_(prompt, options.seed, options.penalty_window),
        text_(std::move(stops)),
        vocab_size_(vocab_size) {
    generation_.statistics.prompt_tokens = static_cast<int>(prompt.size());
    if (limit_.new_tokens == 0) end(limit_.reason);
  }

  static std::vector<TokenId> ends_of(const GenerationOptions& options) {
    std::vector<TokenId> ids = options.end_tokens;
    ids.insert(ids.end(), options.stop_tokens.begin(), options.stop_tokens.end());
    return ids;
  }

  template <class Logits>
  Choice draw(const Logits& logits, LogProbability& log_probability) {
    std::unwrap_reference_t<S>& sampler = sampler_;
    const auto row = [&] { return row_of(logits, sequence_.stream(), sequence_.facts()); };
    const auto top = static_cast<std::size_t>(options_.top_log_probabilities);
    constexpr bool distributes = requires {
      sampler.distribution(std::declval<decltype(row())&>());
    };
    std::optional<Distribution> processed;
    if constexpr (distributes) {
      if (options_.log_probabilities) {  // first: the draw may teach the sampler
        auto executor = row();
        processed = sampler.distribution(executor);
      }
    }
    auto executor = row();
    const Choice choice = sampler(executor);
    if (choice.fault != Fault::none) return choice;
    if (processed)
      log_probability.set_processed(choice.token, *processed, top);
    else if (options_.log_probabilities)
      log_probability.processed = -choice.surprise;
    if (options_.raw_log_probabilities) log_probability.set_raw(choice.token, logits, top);
    return choice;
  }

  /// Adds the text of a drawn token; says whether it is the last, and why.
  std::optional<FinishReason> take(TokenId token) {
    const std::size_t count = generation_.tokens.size();
    const bool may_end = count > static_cast<std::size_t>(options_.min_new_tokens);
    const auto is_in = [&](const std::vector<TokenId>& ids) { return std::count(ids.begin(), ids.end(), token) > 0; };
    const bool is_end = may_end && is_in(options_.end_tokens);
    const bool is_stop = may_end && is_in(options_.stop_tokens);
    const bool is_shown =
        !(options_.skip_special_tokens && (is_end || tokenizer_->is_special(token)));
    const bool is_kept = is_end || !is_stop || options_.stop_ending == StopStrings::Ending::kept;
    if (is_shown && is_kept) {
      const std::string_view bytes = tokenizer_->bytes(token);
      generation_.text += may_end ? text_.push(bytes) : text_.push_unsought(bytes);
    }
    if (is_end) return FinishReason::end_of_sequence;
    if (is_stop) return FinishReason::stop_token;
    if (text_.found()) return FinishReason::stop_string;
    if (count >= limit_.new_tokens) return limit_.reason;
    if (std::chrono::duration<double>(Clock::now() - begin_).count() >= options_.max_seconds)
      return FinishReason::time;
    return std::nullopt;
  }

  void end(FinishReason reason) {
    over_ = true;
    generation_.finish = reason;
    generation_.text += text_.finish();
    generation_.stop_string = text_.found();
    generation_.statistics.new_tokens = static_cast<int>(generation_.tokens.size());
  }

  bool fail(std::string_view why) {
    generation_.error = Error{
        "no token could be drawn at position " + std::to_string(sequence_.size()) + ", after " +
        std::to_string(sequence_.prompt().size()) + " tokens of the prompt and " +
        std::to_string(generation_.tokens.size()) + " new ones: " + std::string(why)};
    end(FinishReason::error);
    return false;
  }

  const T* tokenizer_;
  S sampler_;
  GenerationOptions options_;
  LengthLimit limit_;
  Sources sources_;
  Bans ends_before_;
  Sequence sequence_;
  OutputText text_;
  TokenId vocab_size_;
  Clock::time_point begin_ = Clock::now();
  Generation generation_;
  std::size_t shown_ = 0;  ///< bytes of the text before the last token
  bool over_ = false;
};

}  // namespace tamis
