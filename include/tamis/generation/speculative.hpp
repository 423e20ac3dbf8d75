#pragma once

/// \file speculative.hpp
/// Speculative decoding: tokens are guessed, and the model reads several guesses in one pass.

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "../core/types.hpp"
#include "continuation.hpp"
#include "draft.hpp"
#include "draft_length.hpp"
#include "generate.hpp"
#include "generation.hpp"
#include "generation_options.hpp"
#include "language_model.hpp"
#include "length_limit.hpp"
#include "memory.hpp"
#include "prompt_log_probability.hpp"
#include "rejection.hpp"
#include "speculation_options.hpp"

namespace tamis {

namespace detail {

template <class M>
concept ReadsEach = requires(M& model, typename M::Cache& cache, std::span<const TokenId> ids) {
  model.forward_each(cache, ids, [](std::size_t, const auto&) {});
};
template <class M>
concept GoesBack = requires(typename M::Cache& cache) {
  cache.rewind(0);
};

/// The logits after the tokens of a draft, [count][vocab_size], which are judged when the model has
/// been asked: a callback may ask it for something else between two of them.
class DraftedLogits {
 public:
  void clear() { logits_.clear(); }
  template <class Logits>
  void add(const Logits& logits) {
    width_ = std::size(logits);
    logits_.insert(logits_.end(), std::begin(logits), std::end(logits));
  }
  std::size_t size() const { return width_ == 0 ? 0 : logits_.size() / width_; }
  std::span<const float> operator[](std::size_t at) const {
    return std::span(logits_).subspan(at * width_, width_);
  }

 private:
  std::vector<float> logits_;
  std::size_t width_ = 0;
};

/// Gives a sampler that was lent what another has learnt in its place, also where a callback
/// throws.
template <class S, class Judge>
struct GiveBack {
  S* lent;
  const Judge* judge;
  ~GiveBack() {
    using Plain = std::remove_reference_t<std::unwrap_reference_t<S>>;
    if constexpr (!std::is_same_v<S, Plain> && std::is_copy_assignable_v<Plain>)
      static_cast<Plain&>(*lent) = judge->sampler();
  }
};

}  // namespace detail

/// As generate(), with a drafter that guesses tokens, which the model reads together and the
/// sampler judges one by one.
///
///     PromptLookup lookup;
///     auto made = generate_speculative(model, memory, tokenizer, sampler, prompt, lookup);
///     metrics::acceptance_rate(made->statistics.speculation);
///
/// The text is distributed as that of generate(); under Acceptance::shared_noise it is the same,
/// token for token. What learns, counts or limits goes on token by token, as if there were no
/// drafts: nothing that was drafted and rejected is seen by sampler, sources, stops or callback.
///
/// The model reads up to `max_draft` tokens beyond the last, and its cache goes back over those
/// that were rejected. An error says what is wrong with the request; then nothing was done.
template <LanguageModel M, class T, class S, class D, class OnEvent = detail::Unheard,
          class Sources = std::tuple<>, class Stop = detail::NeverStopped>
Result<Generation> generate_speculative(M& model, Memory<M>& memory, const T& tokenizer, S sampler,
                                        std::span<const TokenId> prompt, D& drafter,
                                        const GenerationOptions& options = {},
                                        const SpeculationOptions& speculation = {},
                                        OnEvent&& on_event = {}, Sources sources = {},
                                        Stop stop = {}) {
  static_assert(
      detail::ReadsEach<M>,
      "tamis: this model cannot judge drafts; give it forward_each(cache, ids, visit), "
      "which calls visit(i, logits) with the logits after each of the ids, or use generate()");
  static_assert(detail::GoesBack<M>,
                "tamis: this model's cache cannot go back over tokens that were rejected; give it "
                "rewind(length), or use generate()");
  using Plain = std::remove_reference_t<std::unwrap_reference_t<S>>;
  static_assert(Drafter<D, Plain>,
                "tamis: this is no drafter; give it draft(sequence, sampler, count, acceptance), "
                "which returns a Draft");
  using Executor = decltype(row_of(std::span<const float>(), Stream{}, Facts{}));
  if (speculation.acceptance == Acceptance::rejection && !Rejection<Plain>::template can<Executor>)
    return Error{
        "this sampler cannot judge drafts by rejection, for it does not say what it draws from, or "
        "learns only from its own draws; let drafts be accepted by shared noise"};
  if (!options.use_cache)
    return Error{
        "use_cache is false, but drafts are read into a cache and taken back; set it to true, or "
        "draft nothing"};

  // What a sampler has learnt from a token that goes back is taken back with it, so it is held as a
  // value, and one that was lent learns at the end.
  using Held = std::conditional_t<std::is_copy_assignable_v<Plain>, Plain, S>;
  using Judge = Rejection<Held>;
  Judge rejection{static_cast<Held>(sampler)};
  const detail::GiveBack<S, Judge> give_back{&sampler, &rejection};
  using Run = Continuation<std::reference_wrapper<Judge>, T, Sources>;
  auto run = Run::of(model, tokenizer, std::ref(rejection), prompt, options, std::move(sources));
  if (!run) return run.error();
  const auto limit = LengthLimit::of(options, prompt.size(), detail::context_size_of(model));

  GenerationStatistics statistics = run->generation().statistics;
  detail::Stopwatch watch;
  const auto step = [&](const auto& logits) {
    const bool has_token = run->step(logits);
    watch.lap(statistics.decode_seconds);
    while (const auto event = run->next_event())
      if (!detail::goes_on(on_event, *event)) run->cancel(event->position + 1);
    watch.skip();
    return has_token;
  };
  std::vector<LogProbability> of_prompt;
  if (!run->is_over() && options.prompt_log_probabilities) {
    detail::DraftedLogits last;  // a callback may ask the model for something else
    constexpr std::size_t piece = 256;
    for (std::size_t read = 0; read < prompt.size(); read += piece) {
      const auto ids = prompt.first(std::min(prompt.size(), read + piece));
      memory.read_each(model, ids, read, [&](std::size_t at, const auto& logits) {
        if (at + 1 == prompt.size()) return last.add(logits);
        of_prompt.push_back(prompt_log_probability(logits, prompt[at + 1], options));
      });
    }
    watch.lap(statistics.prefill_seconds);
    step(last.size() > 0 ? last[0] : std::span<const float>());
  } else if (!run->is_over()) {
    statistics.cached_tokens = static_cast<int>(memory.known(prompt));
    if (!detail::prefill(model, memory, prompt, on_event)) {
      run->cancel();
    } else {
      const auto logits = memory.read(model, prompt);
      watch.lap(statistics.prefill_seconds);
      step(logits);
    }
  }

  DraftLength length(speculation.max_draft, speculation.adaptive);
  detail::DraftedLogits rows;
  std::vector<TokenId> ids;
  while (!run->is_over()) {
    if (stop.stop_requested()) {
      run->cancel();
      break;
    }
    const Sequence& sequence = run->sequence();
    const std::size_t before = sequence.size(),
                      left = limit->new_tokens - sequence.generated().size();
    const std::size_t count =
        std::min(length.next(), left - 1);  // one token comes without being drafted
    Draft draft;
    if (count > 0)
      draft = drafter.draft(sequence, rejection.sampler(), count, speculation.acceptance);
    draft.tokens.resize(
        run->admitted(std::span(draft.tokens).first(std::min(count, draft.tokens.size()))));
    ids.assign(sequence.tokens().begin(), sequence.tokens().end());
    ids.insert(ids.end(), draft.tokens.begin(), draft.tokens.end());
    rows.clear();
    memory.read_each(model, ids, before - 1,
                     [&](std::size_t, const auto& logits) { rows.add(logits); });

    if (rows.size() == 0) step(std::span<const float>());  // which says so
    // The row at i speaks of the token after the first i of the draft, if these came.
    std::size_t accepted = 0, at = 0;
    while (at < rows.size() && !run->is_over()) {
      if (at < draft.tokens.size() && speculation.acceptance == Acceptance::rejection)
        rejection.propose(draft.tokens[at],
                          at < draft.distributions.size() ? &draft.distributions[at] : nullptr);
      const int rollbacks = run->generation().statistics.rollbacks;
      if (!step(rows[at]) || run->generation().statistics.rollbacks != rollbacks) break;
      const auto came = sequence.tokens().subspan(before);
      const auto same =
          std::mismatch(came.begin(), came.end(), draft.tokens.begin(), draft.tokens.end());
      accepted = static_cast<std::size_t>(same.first - came.begin());
      if (same.first != came.end()) break;
      at = accepted;
    }
    memory.keep(sequence.tokens().first(sequence.size() - 1));
    if (!draft.tokens.empty()) length.observe(draft.tokens.size(), accepted);
    statistics.speculation.steps += 1;
    statistics.speculation.proposed += draft.tokens.size();
    statistics.speculation.accepted += accepted;
  }
  Generation generation = std::move(*run).generation();
  statistics.new_tokens = static_cast<int>(generation.tokens.size());
  statistics.rollbacks = generation.statistics.rollbacks;
  statistics.forced_tokens = generation.statistics.forced_tokens;
  generation.statistics = statistics;
  generation.prompt_log_probabilities = std::move(of_prompt);
  return generation;
}

}  // namespace tamis
