#pragma once

/// \file generate_beams.hpp
/// Beam search with a model.

#include <cstddef>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "../core/types.hpp"
#include "beam_generation.hpp"
#include "beam_options.hpp"
#include "beam_search.hpp"
#include "beam_step.hpp"
#include "event_stream.hpp"
#include "forward_batch.hpp"
#include "generate.hpp"
#include "generation_event.hpp"
#include "generation_options.hpp"
#include "language_model.hpp"
#include "memory.hpp"
#include "reorder.hpp"

namespace tamis {

namespace detail {

struct UnheardStep {
  void operator()(const BeamStep&) const {}
};

/// A search and what the model remembers of each of its beams.
template <class M, class Search>
struct BeamRun {
  using Cache = typename M::Cache;

  Search* search;
  bool use_cache;
  std::vector<Cache> caches = {};  ///< of the beams of the step before; then of those that run

  /// Hands each beam that runs the cache of its parent.
  void follow() {
    std::vector<int> parents;
    for (const auto& next : search->running()) parents.push_back(static_cast<int>(next.parent));
    reorder(caches, parents);
  }
};

/// Drives searches whose first logits have been seen to their end, all beams of all of them in one
/// batch. `went(run)` is called after each step of a run; false ends that search.
template <LanguageModel M, class Search, class Went>
void drive_beams(M& model, std::span<BeamRun<M, Search>> runs, Went&& went) {
  struct Place {
    std::size_t run, beam;
  };
  std::vector<BatchEntry<M>> entries;
  std::vector<Place> places;
  for (;;) {
    entries.clear();
    places.clear();
    for (std::size_t r = 0; r < runs.size(); ++r) {
      BeamRun<M, Search>& run = runs[r];
      if (run.search->is_over()) {
        run.caches.clear();
        continue;
      }
      const auto running = run.search->running();
      if (run.use_cache)
        run.follow();
      else
        run.caches.assign(running.size(), model.start());
      for (std::size_t b = 0; b < running.size(); ++b) {
        const std::span<const TokenId> tokens = run.search->tokens(b);
        entries.push_back({&run.caches[b], run.use_cache ? tokens.last(1) : tokens});
        places.push_back({r, b});
      }
    }
    if (entries.empty()) return;
    forward_batch(model, std::span<const BatchEntry<M>>(entries),
                  [&](std::size_t entry, const auto& logits) {
                    runs[places[entry].run].search->see(places[entry].beam, logits);
                  });
    std::size_t before = runs.size();
    for (const Place& place : places) {
      if (place.run == before) continue;
      before = place.run;
      if (!went(runs[before])) runs[before].search->cancel();
    }
  }
}

/// Shows a search the logits after its prompt, which every group of beams begins with.
template <class Search, class Logits>
void begin_beams(Search& search, const Logits& logits) {
  const std::size_t groups = search.running().size();
  for (std::size_t b = 0; b < groups; ++b) search.see(b, logits);
}

}  // namespace detail

/// Searches continuations of `prompt` with several beams; see BeamSearch for what is found. The
/// prompt is read once, and only what `memory` does not know of it.
///
///     auto found = generate_beams(model, memory, tokenizer, sampler, prompt, {.num_beams = 4},
///                                 {.end_tokens = tokenizer.special().ends});
///     found->sequences[0].text
///
/// `on_step` is called with a BeamStep after each step but the last; it returns nothing, or false
/// to end the search with what there is. The text of a beam may change until the end, so no token
/// is streamed. An error says what is wrong with the request; then nothing was done.
template <LanguageModel M, class T, class S, class OnStep = detail::UnheardStep,
          class Sources = std::tuple<>>
Result<BeamGeneration> generate_beams(M& model, Memory<M>& memory, const T& tokenizer, S sampler,
                                      std::span<const TokenId> prompt, const BeamOptions& beams,
                                      const GenerationOptions& options = {}, OnStep&& on_step = {},
                                      Sources sources = {}) {
  static_assert(
      std::is_invocable_v<OnStep&, const BeamStep&>,
      "tamis: the text of a beam search may change until it ends, so no token of it can be "
      "streamed; give a callback that takes a BeamStep, or call generate()");
  using Search = BeamSearch<S, T, Sources>;
  auto search =
      Search::of(model, tokenizer, std::move(sampler), prompt, beams, options, std::move(sources));
  if (!search) return search.error();
  GenerationStatistics statistics;
  detail::Stopwatch watch;
  if (!search->is_over()) {
    if (!options.use_cache) memory.forget();
    statistics.cached_tokens = static_cast<int>(memory.known(prompt));
    detail::begin_beams(*search, memory.read(model, prompt));
    watch.lap(statistics.prefill_seconds);
    detail::BeamRun<M, Search> run{&*search, options.use_cache};
    run.caches.assign(1, memory.cache());
    const auto went = [&](auto& of) {
      watch.lap(statistics.decode_seconds);
      const bool goes_on = of.search->is_over() || detail::goes_on(on_step, of.search->progress());
      watch.skip();
      return goes_on;
    };
    if (!went(run)) search->cancel();
    detail::drive_beams(model, std::span(&run, 1), went);
    watch.lap(statistics.decode_seconds);
  }
  BeamGeneration found = std::move(*search).generation();
  statistics.prompt_tokens = found.statistics.prompt_tokens;
  statistics.new_tokens = found.statistics.new_tokens;
  found.statistics = statistics;
  return found;
}

/// As above, with a memory of its own.
template <LanguageModel M, class T, class S, class OnStep = detail::UnheardStep,
          class Sources = std::tuple<>>
requires(!std::is_same_v<T, Memory<M>>) Result<BeamGeneration> generate_beams(
    M& model, const T& tokenizer, S sampler, std::span<const TokenId> prompt,
    const BeamOptions& beams, const GenerationOptions& options = {}, OnStep&& on_step = {},
    Sources sources = {}) {
  Memory<M> memory(model);
  return generate_beams(model, memory, tokenizer, std::move(sampler), prompt, beams, options,
                        on_step, std::move(sources));
}

/// Drives several searches, which may differ in prompt, beams and options, to their end: in each
/// step the beams of all of them go through the model together. What each finds is what it finds
/// alone; a search that is over leaves.
template <LanguageModel M, class S, class T, class Sources>
void drive_beam_searches(M& model, std::span<BeamSearch<S, T, Sources>> searches) {
  using Search = BeamSearch<S, T, Sources>;
  std::vector<detail::BeamRun<M, Search>> runs;
  std::vector<BatchEntry<M>> entries;
  for (Search& search : searches) {
    if (search.is_over()) continue;
    runs.push_back({&search, true});
    runs.back().caches.assign(1, model.start());
  }
  for (auto& run : runs) entries.push_back({&run.caches.front(), run.search->tokens(0)});
  forward_batch(
      model, std::span<const BatchEntry<M>>(entries),
      [&](std::size_t r, const auto& logits) { detail::begin_beams(*runs[r].search, logits); });
  detail::drive_beams(model, std::span(runs), [](auto&) { return true; });
}

}  // namespace tamis
