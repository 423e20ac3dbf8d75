#pragma once

/// \file contrastive_search.hpp
/// Contrastive search with a model.

#include <cstddef>
#include <functional>
#include <span>
#include <tuple>
#include <utility>

#include "../core/result.hpp"
#include "../core/types.hpp"
#include "continuation.hpp"
#include "contrastive_choice.hpp"
#include "contrastive_options.hpp"
#include "event_stream.hpp"
#include "generate.hpp"
#include "generation.hpp"
#include "generation_event.hpp"
#include "generation_options.hpp"
#include "language_model.hpp"
#include "layered_model.hpp"

namespace tamis {

/// Continues `prompt` with tokens that are likely, and yet unlike what came before: at each step
/// the token of the `top_k` likeliest that has the greatest
///
/// \f$ (1 - \alpha) p_i - \alpha \max_j \cos(h_i, h_j) \f$,
///
/// h being hidden states of the model's last layer, j all tokens before. Deterministic.
///
///     auto made = contrastive_search(model, tokenizer, Sampler<>(), prompt, {.penalty_alpha =
///     0.6});
///
/// The policies of `sampler` and the `sources` are applied before p is taken; a draw at the
/// sampler's end is left out. A token that they mask is never chosen. Everything else is as with
/// generate(); a step reads top_k tokens, or one more.
///
/// Neutral: `penalty_alpha = 0` or `top_k = 1`, greedy.
/// Source: Su et al., "A contrastive framework for neural text generation", NeurIPS 2022;
/// `_contrastive_search` of HF transformers 4.55.
template <LanguageModel M, class T, class S, class OnEvent = detail::Unheard,
          class Sources = std::tuple<>>
Result<Generation> contrastive_search(M& model, const T& tokenizer, S sampler,
                                      std::span<const TokenId> prompt,
                                      const ContrastiveOptions& contrast = {},
                                      const GenerationOptions& options = {},
                                      OnEvent&& on_event = {}, Sources sources = {}) {
  static_assert(
      LayeredModel<M>,
      "tamis: a contrastive search compares the hidden states of the tokens, and this model "
      "shows none; give it forward_layers() and logits_of_hidden(), as Llama has");
  if (const auto checked = contrast.check(); !checked) return checked.error();
  using Choose = ContrastiveChoice<M, S>;
  Choose choose(model, std::move(sampler), contrast);
  auto run = Continuation<std::reference_wrapper<Choose>, T, Sources>::of(
      model, tokenizer, std::ref(choose), prompt, options, std::move(sources));
  if (!run) return run.error();
  GenerationStatistics statistics;
  detail::Stopwatch watch;
  if (!run->is_over()) {
    choose.read(prompt);
    watch.lap(statistics.prefill_seconds);
  }
  while (!run->is_over()) {
    run->step(choose.logits());
    // Tokens may have been taken back or forced; the last one that it chose needs no more reading.
    choose.follow(run->sequence().tokens());
    watch.lap(statistics.decode_seconds);
    while (const auto event = run->next_event())
      if (!detail::goes_on(on_event, *event)) run->cancel();
    watch.skip();
  }
  Generation made = std::move(*run).generation();
  statistics.prompt_tokens = made.statistics.prompt_tokens;
  statistics.rollbacks = made.statistics.rollbacks;
  statistics.new_tokens = static_cast<int>(made.tokens.size());
  statistics.forced_tokens = made.statistics.forced_tokens;
  made.statistics = statistics;
  return made;
}

}  // namespace tamis
