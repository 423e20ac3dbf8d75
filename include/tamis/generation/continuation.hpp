#pragma once

/// \file continuation.hpp
/// One request while it is being answered: everything but the model.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "../core/sequence.hpp"
#include "../core/types.hpp"
#include "../sources/bans.hpp"
#include "banned_strings.hpp"
#include "check_options.hpp"
#include "drawn.hpp"
#include "finish_reason.hpp"
#include "generation.hpp"
#include "generation_event.hpp"
#include "generation_options.hpp"
#include "is_loop.hpp"
#include "language_model.hpp"
#include "length_limit.hpp"
#include "no_tokenizer.hpp"
#include "output_text.hpp"
#include "push_all.hpp"
#include "stop_sequences.hpp"
#include "stop_strings.hpp"

namespace tamis {

/// A continuation of a prompt, token by token: logits in, events out. It knows no model, so that
/// one may drive many of them, in any order; each draws the same tokens as it would alone.
///
///     auto run = Continuation<...>::of(model, tokenizer, sampler, prompt, options);
///     while (!run->is_over()) {
///       run->step(logits after run->sequence().tokens());
///       while (auto event = run->next_event()) show(event->text);
///     }
///
/// The sequence may be shorter after a step than before, where a banned string was taken back; then
/// the sampler, if it can be copied, and the sources are as they were at that length.
///
/// `S` is a Sampler, or what else takes an executor and returns a Choice; or a reference_wrapper of
/// one. `T` is a Tokenizer, which must outlive this; or NoTokenizer. `Sources` is a Source, or a
/// tuple, vector or array of them. A copy goes its own way.
template <class S, class T = NoTokenizer, class Sources = std::tuple<>>
class Continuation {
 public:
  static constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

  /// An error says what is wrong with the request; then nothing has been done.
  template <LanguageModel M>
  static Result<Continuation> of(M& model, const T& tokenizer, S sampler,
                                 std::span<const TokenId> prompt,
                                 const GenerationOptions& options = {}, Sources sources = {}) {
    const TokenId vocab_size = model.vocab_size();
    const auto checked =
        check_options(prompt, options, vocab_size, !std::is_same_v<T, NoTokenizer>);
    if (!checked) return checked.error();
    const auto limit = LengthLimit::of(options, prompt.size(), detail::context_size_of(model));
    if (!limit) return limit.error();
    auto stops = StopStrings::of(options.stop_strings, options.stop_ending);
    if (!stops) return stops.error();
    auto banned = BannedStrings::of(options.banned_strings);
    if (!banned) return banned.error();
    return Continuation(tokenizer, std::move(sampler), prompt, options, *limit,
                        OutputText(*std::move(stops), *std::move(banned)), std::move(sources),
                        vocab_size);
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
    for (const Ban& ban : bans_)
      if (ban.position == sequence_.size()) sequence_.add_bias(ban.token, masked);
    push_all(sources_, sequence_);
    if (takes_back()) checkpoints_.push_back({text_, learnt(), generation_.text.size()});

    Drawn drawn = Drawn::of(static_cast<Chosen&>(sampler_), logits, sequence_, options_);
    const Choice choice = drawn.choice;
    if (choice.fault != Fault::none) return fail(sentence_of(choice.fault));
    if (choice.token < 0 || choice.token >= vocab_size_)
      return fail("the sampler chose " + std::to_string(choice.token) +
                  ", which is no token; the vocabulary has the ids 0 to " +
                  std::to_string(vocab_size_ - 1));

    sequence_.append(choice.token);
    generation_.tokens.push_back(choice.token);
    if (options_.log_probabilities || options_.raw_log_probabilities)
      generation_.log_probabilities.push_back(std::move(drawn.log_probability));
    if (options_.kept_tokens) generation_.kept.push_back(std::move(drawn.kept));
    const auto reason = take(choice.token);
    if (text_.banned()) return go_back(*text_.banned());
    text_ends_.push_back(generation_.text.size());
    if (reason) {
      end(*reason);
    } else {
      stays_ = first_that_may_go();
      drop_checkpoints();
    }
    return true;
  }

  /// The next token of which no event has told, as soon as it is sure to stay. Valid until the next
  /// step or end.
  std::optional<GenerationEvent> next_event() {
    const std::size_t count = generation_.tokens.size();
    if (told_ >= (over_ ? count : stays_)) return std::nullopt;
    const std::size_t at = told_++;
    GenerationEvent event;
    event.position = sequence_.prompt().size() + at;
    event.token = generation_.tokens[at];
    const std::size_t begin = at > 0 ? text_ends_[at - 1] : 0;
    event.text = std::string_view(generation_.text).substr(begin, text_ends_[at] - begin);
    if (!generation_.log_probabilities.empty())
      event.log_probability = &generation_.log_probabilities[at];
    if (!generation_.kept.empty()) event.kept = generation_.kept[at];
    if (over_ && told_ == count) event.finish = generation_.finish;
    return event;
  }

  /// Ends it from outside. With a `length`, prompt included, what follows it goes, if it was held
  /// back, so that no event has told of it: even where it was over.
  void cancel(std::size_t length = all) {
    const std::size_t prompt = sequence_.prompt().size();
    const std::size_t kept = std::max(told_, length - std::min(length, prompt));
    if (kept < generation_.tokens.size() && takes_back()) {
      take_back(kept);
      over_ = false;
    }
    if (!over_) end(FinishReason::cancelled);
  }

  /// What has been generated so far; a banned string may still take back the last of it.
  const Generation& generation() const& { return generation_; }
  Generation generation() && { return std::move(generation_); }

 private:
  using Clock = std::chrono::steady_clock;
  using Chosen = std::remove_reference_t<std::unwrap_reference_t<S>>;

  /// A sampler that learns is to forget what was taken back; one that cannot be assigned has no
  /// state that could be restored.
  static constexpr bool forgets = std::is_copy_constructible_v<Chosen> &&
                                  std::is_copy_assignable_v<Chosen> && !std::is_empty_v<Chosen>;
  struct Nothing {};
  using Learnt = std::conditional_t<forgets, Chosen, Nothing>;

  /// How it was before a token.
  struct Checkpoint {
    OutputText text;
    Learnt sampler;
    std::size_t text_size;
  };
  /// A token that cannot come at a position, after what stands before it now.
  struct Ban {
    std::size_t position;
    TokenId token;
  };
  Continuation(const T& tokenizer, S sampler, std::span<const TokenId> prompt,
               const GenerationOptions& options, LengthLimit limit, OutputText text,
               Sources sources, TokenId vocab_size)
      : tokenizer_(&tokenizer),
        sampler_(std::move(sampler)),
        options_(options),
        stop_sequences_(options.stop_sequences),
        limit_(limit),
        min_new_tokens_(min_new_tokens_of(options, prompt.size())),
        sources_(std::move(sources)),
        ends_before_(ends_of(options), prompt.size(), prompt.size() + min_new_tokens_),
        sequence_(prompt, options.seed, options.penalty_window),
        text_(std::move(text)),
        vocab_size_(vocab_size) {
    generation_.statistics.prompt_tokens = static_cast<int>(prompt.size());
    if (limit_.new_tokens == 0) end(limit_.reason);
  }

  static std::size_t min_new_tokens_of(const GenerationOptions& options, std::size_t prompt) {
    const auto min_length = static_cast<std::size_t>(std::max(0, options.min_length));
    return std::max(static_cast<std::size_t>(options.min_new_tokens),
                    min_length - std::min(min_length, prompt));
  }

  static std::vector<TokenId> ends_of(const GenerationOptions& options) {
    std::vector<TokenId> ids = options.end_tokens;
    ids.insert(ids.end(), options.stop_tokens.begin(), options.stop_tokens.end());
    return ids;
  }

  /// Adds the text of a drawn token; says whether it is the last, and why.
  std::optional<FinishReason> take(TokenId token) {
    const std::size_t count = generation_.tokens.size();
    const bool may_end = count > min_new_tokens_ || sequence_.is_lifted(token);
    const auto is_in = [&](const std::vector<TokenId>& ids) {
      return std::find(ids.begin(), ids.end(), token) != ids.end();
    };
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
    if (const std::size_t length = stop_sequences_.match(sought())) {
      if (options_.stop_ending == StopStrings::Ending::trimmed) forget_text(count - length);
      return FinishReason::stop_sequence;
    }
    if (text_.found()) return FinishReason::stop_string;
    if (may_end && options_.loop_block > 0 &&
        is_loop(generation_.tokens, static_cast<std::size_t>(options_.loop_block),
                static_cast<std::size_t>(options_.loop_repeats)))
      return FinishReason::loop;
    if (count >= limit_.new_tokens) return limit_.reason;
    if (std::chrono::duration<double>(Clock::now() - begin_).count() >= options_.max_seconds)
      return FinishReason::time;
    return std::nullopt;
  }

  /// The new tokens that may be part of a stop sequence.
  std::span<const TokenId> sought() const {
    const std::span<const TokenId> tokens = generation_.tokens;
    return tokens.subspan(std::min(min_new_tokens_, tokens.size()));
  }

  void end(FinishReason reason) {
    over_ = true;
    generation_.finish = reason;
    generation_.text += text_.finish();
    if (!text_ends_.empty()) text_ends_.back() = generation_.text.size();
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

  // Taking back. Places are among the new tokens.

  bool takes_back() const {
    return !options_.banned_strings.empty() ||
           (!stop_sequences_.empty() && options_.stop_ending == StopStrings::Ending::trimmed);
  }

  Learnt learnt() const {
    if constexpr (forgets) {
      const Chosen& sampler = sampler_;
      return sampler;
    } else {
      return {};
    }
  }

  Checkpoint& before(std::size_t at) { return checkpoints_[at - dropped_]; }

  /// The first token that a banned string or a stop sequence may still change. Where something that
  /// may go stands behind something that could have become banned, that may go as well: what is
  /// drawn in its place may make it so.
  std::size_t first_that_may_go() const {
    const std::size_t count = generation_.tokens.size();
    if (!takes_back()) return count;
    std::size_t first = first_that_may_go(count, text_);
    if (options_.banned_strings.empty()) return first;
    for (std::size_t at = count; first < at;) {
      at = first;
      first = first_that_may_go(at, checkpoints_[at - dropped_].text);
    }
    return first;
  }

  /// The same, if what comes after the first `count` tokens is drawn next.
  std::size_t first_that_may_go(std::size_t count, const OutputText& text) const {
    const auto tokens = sought();
    const std::size_t unsought = generation_.tokens.size() - tokens.size();
    std::size_t first = count;
    if (count > unsought) first -= stop_sequences_.front(tokens.first(count - unsought));
    if (!options_.banned_strings.empty() && text.possibly_banned() < text.size())
      first = std::min(first, token_at(text.possibly_banned()));
    return first;
  }

  /// The token whose text has the byte at this place; the first that can go back, if an earlier
  /// one.
  std::size_t token_at(std::size_t place) const {
    std::size_t at = dropped_ + checkpoints_.size() - 1;
    while (at > dropped_ && checkpoints_[at - dropped_].text.size() > place) --at;
    return at;
  }

  /// A banned string is whole that began at this place of the text.
  bool go_back(std::size_t place) {
    const std::size_t at = std::max(token_at(place), told_);
    const TokenId token = generation_.tokens[at];
    text_ends_.push_back(generation_.text.size());
    take_back(at);
    const std::size_t position = sequence_.size();
    const auto is_later = [&](const Ban& ban) { return ban.position > position; };
    bans_.erase(std::remove_if(bans_.begin(), bans_.end(), is_later), bans_.end());
    bans_.push_back({position, token});
    if (++generation_.statistics.rollbacks > options_.max_rollbacks)
      return fail("a banned string came back after " + std::to_string(options_.max_rollbacks) +
                  " rollbacks; ban fewer or longer strings, or raise max_rollbacks");
    return true;
  }

  /// Forgets the tokens from `at` on.
  void take_back(std::size_t at) {
    forget_text(at);
    if constexpr (forgets) static_cast<Chosen&>(sampler_) = before(at).sampler;
    while (checkpoints_.size() > at - dropped_) checkpoints_.pop_back();
    sequence_.rewind(sequence_.prompt().size() + at);
    generation_.tokens.resize(at);
    generation_.log_probabilities.resize(std::min(at, generation_.log_probabilities.size()));
    generation_.kept.resize(std::min(at, generation_.kept.size()));
    text_ends_.resize(at);
    generation_.error.reset();
  }

  /// Forgets the text from a token on.
  void forget_text(std::size_t at) {
    text_ = before(at).text;
    generation_.text.resize(before(at).text_size);
    for (std::size_t later = at; later < text_ends_.size(); ++later)
      text_ends_[later] = generation_.text.size();
  }

  /// What stays and has been told of needs no checkpoint.
  void drop_checkpoints() {
    while (!checkpoints_.empty() && dropped_ < std::min(stays_, told_)) {
      checkpoints_.pop_front();
      ++dropped_;
    }
  }

  const T* tokenizer_;
  S sampler_;
  GenerationOptions options_;
  StopSequences stop_sequences_;
  LengthLimit limit_;
  std::size_t min_new_tokens_;
  Sources sources_;
  Bans ends_before_;
  std::vector<Ban> bans_;
  Sequence sequence_;
  OutputText text_;
  TokenId vocab_size_;
  Clock::time_point begin_ = Clock::now();
  Generation generation_;
  std::vector<std::size_t> text_ends_;  ///< for each new token, the text's size after it
  std::size_t stays_ = 0;               ///< so many new tokens are sure to stay
  std::size_t told_ = 0;                ///< so many of them have had their event
  std::deque<Checkpoint> checkpoints_;  ///< before the new tokens from dropped_ on
  std::size_t dropped_ = 0;
  bool over_ = false;
};

}  // namespace tamis
