#pragma once

/// \file batch.hpp
/// Many requests at once: a model that reads them together, and a token for each at every step.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/result.hpp"
#include "../core/types.hpp"
#include "batch_options.hpp"
#include "batch_request.hpp"
#include "continuation.hpp"
#include "forward_batch.hpp"
#include "generate.hpp"
#include "generation.hpp"
#include "generation_event.hpp"
#include "language_model.hpp"
#include "memory.hpp"
#include "model_capabilities.hpp"
#include "no_prefixes.hpp"
#include "no_tokenizer.hpp"
#include "prompt_log_probability.hpp"
#include "sequence_seed.hpp"

namespace tamis {

namespace detail {

/// Logits that outlast the model's next call: a copy of what a span shows, and else themselves.
template <class Logits>
struct KeptLogits {
  using type = Logits;
};
template <class T>
struct KeptLogits<std::span<T>> {
  using type = std::vector<std::remove_const_t<T>>;
};

}  // namespace detail

/// Continuous batching: requests come at any time, each with its own prompt, sampler, sources,
/// limits, stops and seed; sequences that are over leave, and those that wait take their place.
///
///     auto batch = Batch<Llama, Standard, Bpe>::of(model, tokenizer);
///     const auto id = batch->add({prompt, sampler, {.seed = 7}, {}, 4});   // four continuations
///     while (batch->step([](const GenerationEvent& e) { ... e.request, e.sequence, e.text ... }))
///     {
///     }
///     std::optional<std::vector<Generation>> made = batch->take(*id);
///
/// Law. Each sequence has the tokens that generate() makes of its request alone, whatever else is
/// in the batch, in whatever order, and however its prompt is cut into pieces.
///
/// One type of sampler serves the batch: Standard or AnySampler, if the configurations differ.
/// Requests begin in the order in which they were added. `Prefixes` knows the beginnings of prompts
/// that were read before: a reference to a PrefixCache, or NoPrefixes. One thread at a time.
template <LanguageModel M, class S, class T = NoTokenizer, class Sources = std::tuple<>,
          class Prefixes = NoPrefixes>
class Batch {
  using Run = Continuation<S, T, Sources>;

 public:
  using Request = BatchRequest<S, Sources>;

  /// Model and tokenizer must outlive it. An error if the options leave no room for a sequence.
  static Result<Batch> of(M& model, const T& tokenizer, const BatchOptions& options = {},
                          Prefixes prefixes = {}) {
    static_assert(ForkingModel<M>,
                  "tamis: the sequences of a request begin with copies of one cache, and this "
                  "model's cannot be copied; give it a cache that is a value, or use generate()");
    for (const auto& [name, number] : {std::pair{"max_running", options.max_running},
                                       std::pair{"max_prefill_tokens", options.max_prefill_tokens}})
      if (number < 1)
        return Error{std::string(name) + " is " + std::to_string(number) +
                     "; it must be 1 or more"};
    return Batch(model, tokenizer, options, std::forward<Prefixes>(prefixes));
  }

  /// Takes a request; returns its number. An error says what is wrong with it; then nothing has
  /// been done. Its max_seconds begin now.
  Result<std::size_t> add(Request request) {
    if (request.sequences < 1)
      return Error{"sequences is " + std::to_string(request.sequences) + "; it must be 1 or more"};
    Job job;
    job.id = next_id_;
    job.options = request.options;
    for (std::size_t k = 0; k < static_cast<std::size_t>(request.sequences); ++k) {
      GenerationOptions options = request.options;
      options.seed = sequence_seed(request.options.seed, k);
      auto run =
          Run::of(*model_, *tokenizer_, request.sampler, request.prompt, options, request.sources);
      if (!run) return run.error();
      job.runs.push_back(*std::move(run));
    }
    job.made.resize(job.runs.size());
    job.prompt = std::move(request.prompt);
    Job& added = jobs_.emplace(next_id_, std::move(job)).first->second;
    waiting_.push_back(&added);
    return next_id_++;
  }

  /// Ends a request with the tokens of which events have told, at the next step; from `on_event` as
  /// well. What is over or unknown stays as it is.
  void cancel(std::size_t request) {
    const auto found = jobs_.find(request);
    if (found == jobs_.end()) return;
    for (Run& run : found->second.runs)
      if (!run.is_over()) run.cancel(0);
  }

  /// Goes on by one token for each sequence that is being written, and by the next piece of the
  /// prompts that are being read. `on_event` is called with each token; it returns nothing, or
  /// false to end that sequence. False when there is nothing left to do.
  ///
  /// What throws, `on_event` or the model, leaves all sequences as good as before: the next step
  /// goes on with them.
  template <class OnEvent = detail::Unheard>
  bool step(OnEvent&& on_event = {}) {
    tell(on_event);  // what is left of a step that has thrown
    admit();
    tell(on_event);
    read();
    tell(on_event);
    return !lanes_.empty() || !waiting_.empty();
  }

  /// Goes on to the end; `stop` has `stop_requested()`, asked before each step: then all that is
  /// left is cancelled.
  template <class OnEvent = detail::Unheard, class Stop = detail::NeverStopped>
  void run(OnEvent&& on_event = {}, const Stop& stop = {}) {
    bool is_stopped = false;
    while (!(is_stopped = stop.stop_requested()) && step(on_event)) {
    }
    if (!is_stopped) return;
    for (const auto& [id, job] : jobs_) cancel(id);
    settle();
  }

  /// What was made of a request, once all of its sequences are over: one each. It is taken out;
  /// nothing, if they are not over, or if it was taken before.
  std::optional<std::vector<Generation>> take(std::size_t request) {
    const auto found = jobs_.find(request);
    if (found == jobs_.end() || found->second.over < found->second.runs.size()) return std::nullopt;
    std::vector<Generation> made = std::move(found->second.made);
    jobs_.erase(found);
    return made;
  }

  /// How many sequences have a cache now.
  std::size_t running() const { return lanes_.size(); }
  /// How many requests have sequences that have not begun.
  std::size_t waiting() const { return waiting_.size(); }

 private:
  using Clock = std::chrono::steady_clock;
  using Logits = std::remove_cvref_t<decltype(std::declval<M&>().forward(
      std::declval<typename M::Cache&>(), std::span<const TokenId>()))>;
  using KeptLogits = typename detail::KeptLogits<Logits>::type;

  struct Job {
    std::size_t id = 0;
    GenerationOptions options = {};
    std::vector<TokenId> prompt = {};
    std::vector<Run> runs = {};         ///< one a sequence
    std::vector<Generation> made = {};  ///< of those that are over
    std::size_t begun = 0;              ///< so many of them have a cache, or had one
    std::size_t over = 0;
    std::vector<LogProbability> prompt_log_probabilities = {};
    GenerationStatistics statistics = {};
    Clock::time_point begin = {};
    // For the sequences that have not begun, once the prompt is read.
    std::optional<Memory<M>> read = {};
    KeptLogits logits = {};
  };

  /// A sequence with a cache.
  struct Lane {
    Job* job;
    std::size_t sequence;
    Memory<M> memory;
    bool reads;  ///< the prompt still; the sequence is the request's first then
    Clock::time_point begin = {};

    Run& run() const { return job->runs[sequence]; }
  };

  Batch(M& model, const T& tokenizer, const BatchOptions& options, Prefixes prefixes)
      : model_(&model),
        tokenizer_(&tokenizer),
        options_(options),
        prefixes_(std::forward<Prefixes>(prefixes)) {}

  /// Gives the free places to those that wait, in order; of a request whose prompt is read, to its
  /// sequences first.
  void admit() {
    const auto room = static_cast<std::size_t>(options_.max_running);
    while (!waiting_.empty() && lanes_.size() < room) {
      Job& job = *waiting_.front();
      if (!job.read) {
        waiting_.pop_front();
        job.begin = Clock::now();
        lanes_.push_back({&job, job.begun++, prefixes_.recall(*model_, job.prompt), true, {}});
        job.statistics.cached_tokens =
            static_cast<int>(lanes_.back().memory.known(std::span<const TokenId>(job.prompt)));
        continue;
      }
      const std::size_t sequence = job.begun++;
      if (job.begun < job.runs.size()) {
        lanes_.push_back({&job, sequence, *job.read, false, Clock::now()});
      } else {
        lanes_.push_back({&job, sequence, *std::move(job.read), false, Clock::now()});
        job.read.reset();
        waiting_.pop_front();
      }
      job.runs[sequence].step(Logits(job.logits));
    }
  }

  /// Lets the model read a token of each sequence that is written, and the next pieces of prompts;
  /// draws from what it says.
  void read() {
    entries_.clear();
    readers_.clear();
    auto left = static_cast<std::size_t>(options_.max_prefill_tokens);
    for (Lane& lane : lanes_) {
      std::span<const TokenId> ids = lane.run().sequence().tokens();
      if (lane.reads) {
        if (left == 0) continue;
        const std::size_t known = lane.memory.known(lane.job->prompt);
        const std::size_t count = std::min(left, lane.job->prompt.size() - known);
        left -= count;
        ids = std::span<const TokenId>(lane.job->prompt).first(known + count);
        if (lane.job->options.prompt_log_probabilities) {
          read_each(lane, ids);
          continue;
        }
      } else if (!lane.job->options.use_cache) {
        lane.memory.forget();
      }
      readers_.push_back({&lane, ids.size()});
      entries_.push_back(lane.memory.open(*model_, ids));
    }
    if (entries_.empty()) return;
    forward_batch(*model_, entries_, [&](std::size_t b, const auto& logits) {
      const auto [lane, length] = readers_[b];
      lane->memory.close(lane->run().sequence().tokens().first(length));
      if (!lane->reads)
        lane->run().step(logits);
      else if (length == lane->job->prompt.size())
        begin_with(*lane, logits);
    });
  }

  /// The next piece of a prompt whose log-probabilities are asked for.
  void read_each(Lane& lane, std::span<const TokenId> ids) {
    Job& job = *lane.job;
    const std::size_t first = std::min(job.prompt_log_probabilities.size(), ids.size() - 1);
    lane.memory.read_each(*model_, ids, first, [&](std::size_t at, const auto& logits) {
      if (at + 1 < job.prompt.size()) {
        if (at == job.prompt_log_probabilities.size())  // not where it is read again
          job.prompt_log_probabilities.push_back(
              prompt_log_probability(logits, job.prompt[at + 1], job.options));
      } else {
        begin_with(lane, logits);
      }
    });
  }

  /// The prompt is read: the first token of the first sequence, and what the others begin with.
  template <class L>
  void begin_with(Lane& lane, const L& logits) {
    Job& job = *lane.job;
    lane.reads = false;
    lane.begin = Clock::now();
    job.statistics.prefill_seconds = std::chrono::duration<double>(lane.begin - job.begin).count();
    if (job.options.use_cache) prefixes_.keep(lane.memory);
    if (job.begun < job.runs.size()) {
      job.read = lane.memory;
      if constexpr (std::is_same_v<KeptLogits, Logits>)
        job.logits = logits;
      else
        job.logits.assign(logits.begin(), logits.end());
      waiting_.push_front(&job);
    }
    lane.run().step(logits);
  }

  /// Tells of the new tokens; then lets those leave that are over.
  template <class OnEvent>
  void tell(OnEvent& on_event) {
    for (Lane& lane : lanes_) {
      while (auto event = lane.run().next_event()) {
        event->request = lane.job->id;
        event->sequence = lane.sequence;
        if (!detail::goes_on(on_event, *event)) lane.run().cancel(event->position + 1);
      }
    }
    settle();
  }

  /// Takes out what is over, in its place and among those that wait.
  void settle() {
    const auto is_over = [](const Job& job, std::size_t from) {
      return std::all_of(job.runs.begin() + static_cast<std::ptrdiff_t>(from), job.runs.end(),
                         [](const Run& run) { return run.is_over(); });
    };
    // A prompt is read on for the sequences that are not over.
    const auto leaves = [&](Lane& lane) {
      if (lane.reads ? !is_over(*lane.job, 0) : !lane.run().is_over()) return false;
      if (lane.reads)
        finish_rest(*lane.job);
      else if (lane.job->options.use_cache)
        prefixes_.keep(lane.memory);
      finish(*lane.job, lane.sequence, lane.begin);
      return true;
    };
    lanes_.erase(std::remove_if(lanes_.begin(), lanes_.end(), leaves), lanes_.end());
    const auto gives_up = [&](Job* job) {
      if (!is_over(*job, job->begun)) return false;
      finish_rest(*job);
      job->read.reset();
      return true;
    };
    waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(), gives_up), waiting_.end());
  }

  /// The sequences that never began.
  void finish_rest(Job& job) {
    for (; job.begun < job.runs.size(); ++job.begun) finish(job, job.begun, Clock::now());
  }

  void finish(Job& job, std::size_t sequence, Clock::time_point begin) {
    Generation generation = std::move(job.runs[sequence]).generation();
    GenerationStatistics& statistics = generation.statistics;
    statistics.cached_tokens = sequence > 0 && !generation.tokens.empty()
                                   ? static_cast<int>(job.prompt.size())
                                   : job.statistics.cached_tokens;
    statistics.prefill_seconds = job.statistics.prefill_seconds;
    if (!generation.tokens.empty())
      statistics.decode_seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    generation.prompt_log_probabilities = job.prompt_log_probabilities;
    job.made[sequence] = std::move(generation);
    ++job.over;
  }

  M* model_;
  const T* tokenizer_;
  BatchOptions options_;
  Prefixes prefixes_;
  std::map<std::size_t, Job> jobs_;
  std::deque<Job*> waiting_;
  std::vector<Lane> lanes_;
  std::size_t next_id_ = 0;
  // Of one step.
  std::vector<BatchEntry<M>> entries_;
  std::vector<std::pair<Lane*, std::size_t>> readers_;
};

}  // namespace tamis
