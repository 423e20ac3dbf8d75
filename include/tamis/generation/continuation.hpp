#pragma once

/// \file continuation.hpp
/// One request while it is being answered: everything but the model.

#include <algorithm>
#include <chrono>
#include <cstddef>
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
#include "../tokenizers/tokenizer.hpp"
#include "banned_strings.hpp"
#include "check_options.hpp"
#include "checkpoints.hpp"
#include "drawn.hpp"
#include "finish_reason.hpp"
#include "forced_text.hpp"
#include "generation.hpp"
#include "generation_event.hpp"
#include "generation_options.hpp"
#include "is_loop.hpp"
#include "language_model.hpp"
#include "length_limit.hpp"
#include "no_tokenizer.hpp"
#include "output_text.hpp"
#include "placed_bans.hpp"
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
/// After a step the sequence may be longer by several tokens, of which all but the first could be
/// no others; or shorter, where a banned string was taken back: then the sampler, if it can be
/// copied, and the sources are as they were at that length.
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
    ask();
    const Learnt learnt_before = learnt();
    Drawn drawn = Drawn::of(static_cast<Chosen&>(sampler_), logits, sequence_, options_);
    const Choice choice = drawn.choice;
    if (choice.fault != Fault::none) return fail(sentence_of(choice.fault));
    if (choice.token < 0 || choice.token >= vocab_size_)
      return fail("the sampler chose " + std::to_string(choice.token) +
                  ", which is no token; the vocabulary has the ids 0 to " +
                  std::to_string(vocab_size_ - 1));

    const int rollbacks = generation_.statistics.rollbacks;
    if (add_all(choice.token, std::move(drawn), learnt_before)) add_certain();
    if (over_ || generation_.statistics.rollbacks > rollbacks) return !generation_.error;
    stays_ = first_that_may_go();
    checkpoints_.drop(std::min(stays_, told_));
    return true;
  }

  /// How many tokens of a draft the sources admit behind the sequence, one after the other.
  std::size_t admitted(std::span<const TokenId> draft) {
    return detail::admitted(sources_, sequence_, draft);
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
    if (kept < generation_.tokens.size()) {
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
  using Learnt = detail::Learnt<Chosen>;
  static constexpr bool can_jump = requires(const T& tokenizer) {
    tokenizer.encode(std::string_view(), EncodeOptions{});
  };

  Continuation(const T& tokenizer, S sampler, std::span<const TokenId> prompt,
               const GenerationOptions& options, LengthLimit limit, OutputText text,
               Sources sources, TokenId vocab_size)
      : tokenizer_(&tokenizer),
        sampler_(std::move(sampler)),
        options_(options),
        stop_sequences_(options.stop_sequences),
        limit_(limit),
        min_new_tokens_(options.least_new_tokens(prompt.size())),
        sources_(std::move(sources)),
        ends_before_(options.all_ends(), prompt.size(), prompt.size() + min_new_tokens_),
        sequence_(prompt, options.seed, options.penalty_window),
        text_(std::move(text)),
        vocab_size_(vocab_size) {
    generation_.statistics.prompt_tokens = static_cast<int>(prompt.size());
    if (limit_.new_tokens == 0) end(limit_.reason);
  }
  /// Lets the sources speak of the next token, if they have not.
  void ask() {
    if (std::exchange(asked_, true)) return;
    sequence_.clear_passing();
    ends_before_.push(sequence_);
    bans_.push(sequence_);
    push_all(sources_, sequence_);
    sequence_.cover(vocab_size_);
  }

  /// Adds a token that was drawn, and what is forced behind it; false if drawing is to begin anew.
  bool add_all(TokenId token, Drawn drawn, const Learnt& before) {
    if constexpr (can_jump) {
      // Where a token is banned, the cut that was drawn instead is not to be mended.
      if (options_.jump_forward && !options_.ends(token) && !bans_.has(sequence_.size())) {
        const auto tokens = with_forced_text(*tokenizer_, sequence_, sources_, token);
        if (!add(tokens.front(), tokens.front() == token ? std::move(drawn) : Drawn{}, before))
          return false;
        for (auto rest = std::span(tokens).subspan(1); !rest.empty(); rest = rest.subspan(1)) {
          constexpr std::size_t open = 4;  // of so many tokens at the end one may be made
          if (rest.size() <= open) ask();
          if (rest.size() <= open && may_go_on_in_one(*tokenizer_, sequence_, rest)) return true;
          ++generation_.statistics.forced_tokens;
          if (!add(rest.front(), Drawn{}, learnt())) return false;
        }
        return true;
      }
    }
    return add(token, std::move(drawn), before);
  }

  /// Adds tokens while there is but one that can come, which needs no logits: a sampler that learns
  /// sees a row of equals.
  void add_certain() {
    using Equals = decltype(row_of(std::span<const float>(), Stream{}, Facts{}));
    if constexpr (std::is_invocable_v<Chosen&, Equals&>) {
      if (options_.raw_log_probabilities) return;
      for (ask();; ask()) {
        const auto only = sequence_.only_allowed();
        if (!only || *only >= vocab_size_) return;
        const Learnt before = learnt();
        Drawn drawn;
        if (!std::is_invocable_v<const Chosen&, Equals&> || options_.log_probabilities ||
            options_.kept_tokens) {
          equals_.resize(static_cast<std::size_t>(vocab_size_));
          drawn = Drawn::of(static_cast<Chosen&>(sampler_), std::span<const float>(equals_),
                            sequence_, options_);
        }
        ++generation_.statistics.forced_tokens;
        if (!add_all(*only, std::move(drawn), before)) return;
      }
    }
  }

  /// Adds a token; false if drawing is to begin anew, for it is over or a banned string was whole.
  bool add(TokenId token, Drawn drawn, const Learnt& before_it) {
    checkpoints_.add({text_, before_it, generation_.text.size()});
    sequence_.append(token);
    asked_ = false;
    generation_.tokens.push_back(token);
    if (options_.log_probabilities || options_.raw_log_probabilities)
      generation_.log_probabilities.push_back(std::move(drawn.log_probability));
    if (options_.kept_tokens) generation_.kept.push_back(std::move(drawn.kept));
    auto reason = take(token);
    if (text_.banned()) {
      if (const auto at = where_to_go_back(*text_.banned())) {
        go_back(*at);
        return false;
      }
      reason = take_all_the_same(token);
    }
    text_ends_.push_back(generation_.text.size());
    if (reason) end(*reason);
    return !reason;
  }

  /// Adds the text of a token; says whether it is the last, and why.
  std::optional<FinishReason> take(TokenId token) {
    const std::size_t count = generation_.tokens.size();
    const bool may_end = count > min_new_tokens_ || sequence_.is_lifted(token);
    const bool is_end = may_end && options_.is_end(token);
    const bool is_stop = may_end && options_.is_stop(token);
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

  Learnt learnt() const { return Learnt(static_cast<const Chosen&>(sampler_)); }
  /// The first token that a banned string or a stop sequence may still change.
  std::size_t first_that_may_go() const {
    const auto tokens = sought();
    const std::size_t unsought = generation_.tokens.size() - tokens.size();
    const auto stopping = [&](std::size_t count) -> std::size_t {
      const bool held = count > unsought && options_.stop_ending == StopStrings::Ending::trimmed;
      return held ? stop_sequences_.front(tokens.first(count - unsought)) : 0;
    };
    return checkpoints_.first_that_may_go(generation_.tokens.size(), text_,
                                          !options_.banned_strings.empty(), stopping);
  }

  /// The token to be banned of a banned string that began at this place of the text: the first that
  /// did not come though it was banned, for a guide left nothing else; none, if all of them did.
  std::optional<std::size_t> where_to_go_back(std::size_t place) const {
    const std::size_t prompt = sequence_.prompt().size();
    for (std::size_t at = std::max(checkpoints_.token_at(place), told_);
         at < generation_.tokens.size(); ++at)
      if (!bans_.has(prompt + at, generation_.tokens[at])) return at;
    return std::nullopt;
  }

  void go_back(std::size_t at) {
    const TokenId token = generation_.tokens[at];
    text_ends_.push_back(generation_.text.size());
    take_back(at);
    bans_.add(sequence_.size(), token);
    if (++generation_.statistics.rollbacks > options_.max_rollbacks)
      fail("a banned string came back after " + std::to_string(options_.max_rollbacks) +
           " rollbacks; ban fewer or longer strings, or raise max_rollbacks");
  }

  /// Takes a token with which a banned string is whole that a guide asks for.
  std::optional<FinishReason> take_all_the_same(TokenId token) {
    generation_.text.resize(checkpoints_.last().text_size);
    text_ = checkpoints_.last().text;
    text_.let_pass();
    return take(token);
  }

  /// Forgets the tokens from `at` on.
  void take_back(std::size_t at) {
    forget_text(at);
    checkpoints_.before(at).sampler.restore(static_cast<Chosen&>(sampler_));
    checkpoints_.take_back(at);
    sequence_.rewind(sequence_.prompt().size() + at);
    asked_ = false;
    generation_.tokens.resize(at);
    generation_.log_probabilities.resize(std::min(at, generation_.log_probabilities.size()));
    generation_.kept.resize(std::min(at, generation_.kept.size()));
    text_ends_.resize(at);
    generation_.error.reset();
  }

  /// Forgets the text from a token on.
  void forget_text(std::size_t at) {
    text_ = checkpoints_.before(at).text;
    generation_.text.resize(checkpoints_.before(at).text_size);
    for (std::size_t later = at; later < text_ends_.size(); ++later)
      text_ends_[later] = generation_.text.size();
  }

  const T* tokenizer_;
  S sampler_;
  GenerationOptions options_;
  StopSequences stop_sequences_;
  LengthLimit limit_;
  std::size_t min_new_tokens_;
  Sources sources_;
  Bans ends_before_;
  PlacedBans bans_;
  Sequence sequence_;
  OutputText text_;
  TokenId vocab_size_;
  bool asked_ = false;         ///< the sources have spoken of the next token
  std::vector<float> equals_;  ///< the logits of tokens of which one is certain
  Clock::time_point begin_ = Clock::now();
  Generation generation_;
  std::vector<std::size_t> text_ends_;  ///< for each new token, the text's size after it
  std::size_t stays_ = 0;               ///< so many new tokens are sure to stay
  std::size_t told_ = 0;                ///< so many of them have had their event
  Checkpoints<Learnt> checkpoints_;     ///< what stays and has been told of needs none
  bool over_ = false;
};

}  // namespace tamis
