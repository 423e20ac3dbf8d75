#pragma once

/// \file beam_search.hpp
/// A beam search while it runs: everything but the model.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
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
#include "../sources/bans.hpp"
#include "beam_candidates.hpp"
#include "beam_generation.hpp"
#include "beam_options.hpp"
#include "beam_pool.hpp"
#include "beam_step.hpp"
#include "check_options.hpp"
#include "collect_from.hpp"
#include "generation_options.hpp"
#include "hypothesis_text.hpp"
#include "language_model.hpp"
#include "length_limit.hpp"
#include "log_softmax_row.hpp"
#include "no_tokenizer.hpp"
#include "push_all.hpp"
#include "stop_sequences.hpp"
#include "stop_strings.hpp"

namespace tamis {

/// A beam search of one prompt, step by step: logits in, beams out. It knows no model, so that one
/// may drive many of them, in any order; each finds what it would find alone.
///
///     auto search = BeamSearch<...>::of(model, tokenizer, sampler, prompt, {.num_beams = 4});
///     while (!search->is_over()) {
///       for (std::size_t b = 0; b < search->running().size(); ++b)
///         search->see(b, logits after search->tokens(b));
///     }
///
/// The score of a token is its log-softmax after the biases and bans of the sources and the
/// policies of the sampler, in this order, which are not made to sum to 1 again; a draw at the
/// sampler's end is left out. Of each group's beams the best (1 + end tokens) * num_beams
/// continuations, twice the beams at least, are looked at: those that end and are among the first
/// num_beams are finished, of the others the best num_beams run on. Ties go to the earlier beam,
/// then to the least token.
///
/// With do_sample the continuations are drawn instead, without replacement, from the softmax of the
/// scores of all beams together: those with the greatest score plus Gumbel noise, which is a
/// function of (seed, position, beam, token).
///
/// `S` is a Sampler, or what else can `collect` or has a `distribution`; it learns nothing here.
/// `T` is a Tokenizer, which must outlive this, or NoTokenizer. `Sources` is a Source, or a tuple,
/// vector or array of them; each beam has its own.
///
/// Source: `_beam_search` and, for groups, `_group_beam_search` of HF transformers 4.55; sampling
/// without replacement: Kool, van Hoof, Welling, "Stochastic beams and where to find them", 2019.
template <class S, class T = NoTokenizer, class Sources = std::tuple<>>
class BeamSearch {
 public:
  /// What is to be read next: `token` behind what the beam `parent` of the step before had read; in
  /// the first step, 0 is the prompt..
  struct Next {
    std::size_t parent;
    TokenId token;
  };

  /// An error says what is wrong with the request; then nothing has been done.
  template <LanguageModel M>
  static Result<BeamSearch> of(M& model, const T& tokenizer, S sampler,
                               std::span<const TokenId> prompt, const BeamOptions& beams = {},
                               const GenerationOptions& options = {}, Sources sources = {}) {
    if (const auto checked = beams.check(options); !checked) return checked.error();
    const auto checked = check_options(prompt, options, model.vocab_size(), has_text);
    if (!checked) return checked.error();
    const auto limit = LengthLimit::of(options, prompt.size(), detail::context_size_of(model));
    if (!limit) return limit.error();
    const auto stops = StopStrings::of(options.stop_strings, options.stop_ending);
    if (!stops) return stops.error();
    return BeamSearch(tokenizer, std::move(sampler), prompt, beams, options, *limit, *stops,
                      std::move(sources), model.vocab_size());
  }

  bool is_over() const { return over_; }

  /// The beams whose logits are to be seen, group by group; none once it is over.
  std::span<const Next> running() const {
    return std::span(running_).first(over_ ? 0 : running_.size());
  }

  /// The prompt and the tokens of beam b.
  std::span<const TokenId> tokens(std::size_t b) const { return beams_[b].sequence.tokens(); }

  /// Takes the logits after tokens(b), [vocab_size]; for each b in order. After the last, the beams
  /// are those of the next step, or it is over.
  void see(std::size_t b, std::span<const float> logits) {
    if (over_) return;
    TAMIS_EXPECTS(b == seen_);
    Beam& beam = beams_[b];
    if (b == 0 || beams_[b - 1].group != beam.group)
      candidates_ = BeamCandidates(std::max<std::size_t>(2, 1 + ends_) * per_group_);
    if (!offer(b, logits)) return;
    ++seen_;
    if (seen_ == beams_.size() || beams_[seen_].group != beam.group) choose(beam.group);
    if (seen_ == beams_.size()) turn();
  }

  /// Ends it from outside: the beams that run are returned as they are, if they are good enough.
  void cancel() {
    if (!over_) break_off(FinishReason::cancelled);
  }

  /// How far it is; valid until the next see().
  BeamStep progress() const {
    BeamStep step;
    step.new_tokens = new_tokens_;
    for (const BeamPool& pool : pools_) step.finished += pool.finished().size();
    const Beam* best = nullptr;
    for (const Beam& beam : beams_)
      if (!best || beam.sum > best->sum) best = &beam;
    if (best) step.best = best->sequence.generated();
    // What all have in common, the best beam has.
    step.certain = step.best.size();
    const auto share = [&](std::span<const TokenId> tokens) {
      const auto end =
          std::mismatch(step.best.begin(), step.best.end(), tokens.begin(), tokens.end());
      step.certain = std::min(step.certain, std::size_t(end.first - step.best.begin()));
    };
    for (const Beam& beam : beams_) share(beam.sequence.generated());
    for (const BeamPool& pool : pools_)
      for (const BeamHypothesis& one : pool.finished()) share(one.tokens);
    return step;
  }

  /// What has been found.
  BeamGeneration generation() && {
    BeamGeneration found;
    for (BeamPool& pool : pools_) {
      auto finished = std::move(pool).finished();
      std::move(finished.begin(), finished.end(), std::back_inserter(found.sequences));
    }
    std::stable_sort(
        found.sequences.begin(), found.sequences.end(),
        [](const BeamHypothesis& a, const BeamHypothesis& b) { return a.score > b.score; });
    const auto count = static_cast<std::size_t>(wanted_.num_return_sequences);
    if (found.sequences.size() > count) found.sequences.resize(count);
    found.error = std::move(error_);
    if (found.sequences.empty() && !found.error)
      found.error =
          Error{"the beam search found no sequence: after " + std::to_string(new_tokens_) +
                " new tokens every token was masked in every beam; loosen what bans them"};
    found.statistics.prompt_tokens = static_cast<int>(prompt_tokens_);
    if (!found.sequences.empty())
      found.statistics.new_tokens = static_cast<int>(found.sequences.front().tokens.size());
    return found;
  }

 private:
  using Clock = std::chrono::steady_clock;
  using Candidate = BeamCandidates::Candidate;
  static constexpr bool has_text = !std::is_same_v<T, NoTokenizer>;

  struct Beam {
    Sequence sequence;
    Sources sources;
    HypothesisText text;
    std::vector<double> token_scores;
    double sum;
    std::size_t group;
  };
  struct Child {
    Candidate from;
    HypothesisText text;
    std::size_t group;
  };

  BeamSearch(const T& tokenizer, S sampler, std::span<const TokenId> prompt,
             const BeamOptions& beams, const GenerationOptions& options, LengthLimit limit,
             const StopStrings& stops, Sources sources, TokenId vocab_size)
      : tokenizer_(&tokenizer),
        sampler_(std::move(sampler)),
        wanted_(beams),
        options_(options),
        limit_(limit),
        stop_sequences_(options.stop_sequences),
        min_new_tokens_(options.least_new_tokens(prompt.size())),
        ends_before_(ends_of(options), prompt.size(), prompt.size() + min_new_tokens_),
        ends_(ends_of(options).size()),
        vocab_size_(static_cast<std::size_t>(vocab_size)),
        prompt_tokens_(prompt.size()),
        per_group_(static_cast<std::size_t>(beams.num_beams / beams.num_beam_groups)) {
    const Sequence sequence(prompt, options.seed, options.penalty_window);
    for (int group = 0; group < beams.num_beam_groups; ++group) {
      beams_.push_back({sequence, sources, HypothesisText(stops), {}, 0, std::size_t(group)});
      running_.push_back({0, -1});
      pools_.emplace_back(beams, limit.new_tokens);
      taken_.emplace_back();
    }
    if (limit.new_tokens == 0) break_off(limit.reason);
  }

  static std::vector<TokenId> ends_of(const GenerationOptions& options) {
    std::vector<TokenId> ids = options.all_ends();
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
  }

  bool is_grouped() const { return wanted_.num_beam_groups > 1; }

  /// Looks at all continuations of a beam; false if its logits are none.
  bool offer(std::size_t b, std::span<const float> logits) {
    Beam& beam = beams_[b];
    if (logits.size() != vocab_size_) {
      fail("the model returned " + std::to_string(logits.size()) + " logits instead of " +
           std::to_string(vocab_size_));
      return false;
    }
    const Fault fault = log_softmax_row(logits, row_);
    if (fault == Fault::invalid_logit) fail(sentence_of(fault));
    if (fault != Fault::none) return fault == Fault::all_masked;
    Sequence& sequence = beam.sequence;
    sequence.clear_passing();
    ends_before_.push(sequence);
    push_all(beam.sources, sequence);
    sequence.cover(static_cast<TokenId>(vocab_size_));
    for (std::size_t group = 0; group < beam.group; ++group)
      for (const TokenId id : taken_[group])
        sequence.add_bias(id, -static_cast<float>(wanted_.diversity_penalty));

    const Stream stream = sequence.stream();
    const auto salt = first_salt + static_cast<std::uint32_t>(b);
    const auto sink = [&](TokenId id, double added) {
      double key = beam.sum + added;
      // The noise is 45.1 at most, for its uniform number v is 2^-65 at least; and never above -ln
      // v.
      if (wanted_.do_sample && key + 45.2 > candidates_.least()) {
        const float v = stream.small_uniform(static_cast<std::uint32_t>(id), salt);
        if (key - std::ilogb(v) * 0.693147181 <= candidates_.least()) return;
        key -= std::log(-std::log1p(-double{v}));
      }
      candidates_.offer({b, id, added, beam.sum + added, key});
    };
    auto row = row_of(std::span<const float>(row_), stream, sequence.facts());
    collect_from(sampler_, row, sink);
    return true;
  }

  /// Ends what ends among the best continuations of a group, and lets the best others run.
  void choose(std::size_t group) {
    BeamPool& pool = pools_[group];
    const std::size_t tokens = new_tokens_ + 1;
    const std::optional<FinishReason> last = limit_at(tokens);
    const HypothesisText::Ends ends{options_, stop_sequences_, min_new_tokens_};
    std::vector<Child> running;
    for (std::size_t rank = 0; const Candidate& one : candidates_.best()) {
      HypothesisText text = beams_[one.beam].text;
      const Sequence& before = beams_[one.beam].sequence;
      auto reason =
          text.take(*tokenizer_, ends, before.generated(), one.token, before.is_lifted(one.token));
      if (!reason && !is_grouped()) reason = last;
      if (!reason)
        running.push_back({one, std::move(text), group});
      else if (rank < per_group_)
        pool.add(found(beams_[one.beam], std::move(text), *reason, &one));
      ++rank;
    }
    if (wanted_.do_sample)
      std::stable_sort(running.begin(), running.end(),
                       [](const Child& a, const Child& b) { return a.from.score > b.from.score; });
    if (running.size() > per_group_) running.resize(per_group_);
    // In groups HF counts the best continuation even if it has just ended.
    if (running.empty())
      pool.end();
    else
      pool.judge(is_grouped() ? candidates_.best().front().score : running.front().from.score,
                 tokens);
    if (last && !pool.is_over()) {
      for (Child& child : running)
        pool.add(found(beams_[child.from.beam], std::move(child.text), *last, &child.from));
      pool.end();
    }
    taken_[group].clear();
    for (Child& child : running) {
      taken_[group].push_back(child.from.token);
      if (!pool.is_over()) children_.push_back(std::move(child));
    }
  }

  /// A beam, or one with a continuation, as what has been found.
  BeamHypothesis found(const Beam& beam, HypothesisText text, FinishReason reason,
                       const Candidate* last = nullptr) const {
    BeamHypothesis made;
    const auto tokens = beam.sequence.generated();
    made.tokens.assign(tokens.begin(), tokens.end());
    made.token_scores = beam.token_scores;
    if (last) {
      made.tokens.push_back(last->token);
      made.token_scores.push_back(last->added);
    }
    made.sum = last ? last->score : beam.sum;
    made.finish = reason;
    made.stop_string = text.found();
    made.text = std::move(text).finish();
    return made;
  }

  /// The chosen continuations become the beams.
  void turn() {
    std::vector<std::size_t> left(beams_.size());
    for (const Child& child : children_) ++left[child.from.beam];
    std::vector<Beam> next;
    running_.clear();
    for (Child& child : children_) {
      const std::size_t parent = child.from.beam;
      next.push_back(--left[parent] == 0 ? std::move(beams_[parent]) : beams_[parent]);
      Beam& beam = next.back();
      beam.sequence.append(child.from.token);
      beam.text = std::move(child.text);
      beam.token_scores.push_back(child.from.added);
      beam.sum = child.from.score;
      running_.push_back({new_tokens_ == 0 ? 0 : parent, child.from.token});
    }
    beams_ = std::move(next);
    children_.clear();
    seen_ = 0;
    over_ = beams_.empty();
    new_tokens_ += over_ ? 0 : 1;
    // HF pads the beams of a group that is over, with the end token, and counts that as a choice.
    for (std::size_t group = 0; group < pools_.size(); ++group)
      if (pools_[group].is_over())
        taken_[group].assign(options_.end_tokens.empty() ? 0 : per_group_,
                             options_.end_tokens.empty() ? 0 : options_.end_tokens.front());
  }

  std::optional<FinishReason> limit_at(std::size_t tokens) const {
    if (tokens >= limit_.new_tokens) return limit_.reason;
    if (std::chrono::duration<double>(Clock::now() - begin_).count() >= options_.max_seconds)
      return FinishReason::time;
    return std::nullopt;
  }

  void break_off(FinishReason reason) {
    for (const Beam& beam : beams_)
      if (!beam.token_scores.empty()) pools_[beam.group].add(found(beam, beam.text, reason));
    over_ = true;  // the beams stay: the model may be reading their tokens
  }

  void fail(std::string_view why) {
    error_ =
        Error{"the beam search ended at position " + std::to_string(prompt_tokens_ + new_tokens_) +
              ", after " + std::to_string(prompt_tokens_) + " tokens of the prompt and " +
              std::to_string(new_tokens_) + " new ones: " + std::string(why)};
    break_off(FinishReason::error);
  }
  /// Tells the noise of the beams apart, and from what the policies draw.
  static constexpr std::uint32_t first_salt = 1u << 16;

  const T* tokenizer_;
  S sampler_;
  BeamOptions wanted_;
  GenerationOptions options_;
  LengthLimit limit_;
  StopSequences stop_sequences_;
  std::size_t min_new_tokens_;
  Bans ends_before_;
  std::size_t ends_, vocab_size_, prompt_tokens_, per_group_;
  Clock::time_point begin_ = Clock::now();

  std::vector<Beam> beams_;                  ///< by group; as many as running_
  std::vector<Next> running_;                ///< what the model is to read for them
  std::vector<BeamPool> pools_;              ///< one a group
  std::vector<std::vector<TokenId>> taken_;  ///< the last token of each beam of each group
  std::vector<Child> children_;              ///< beams of the next step, so far
  BeamCandidates candidates_;                ///< of the group at hand
  std::vector<float> row_;                   ///< log-probabilities, [V]
  std::size_t seen_ = 0, new_tokens_ = 0;
  std::optional<Error> error_;
  bool over_ = false;
};

}  // namespace tamis
