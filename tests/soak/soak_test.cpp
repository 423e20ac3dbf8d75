/// \file soak_test.cpp
/// A thousand requests of every kind, forked, cancelled and broken off: nothing is lost, and
/// nothing stays behind. Meant for the sanitizers as well.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <tamis/generation/batch.hpp>
#include <tamis/generation/generate.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/sources/any_source.hpp>
#include <tamis/sources/no_repeat_ngram.hpp>
#include <tamis/testing/toy_model.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "../generation/pieces.hpp"

using namespace tamis;
using tamis::testing::ToyModel;
using Chain = Sampler<RepetitionPenalty, Temperature, TopK>;
using Sources = std::vector<AnySource>;

namespace {

/// The caches that there are, over all threads.
std::atomic<int> live = 0, most = 0;

/// A toy model whose caches are counted.
class CountedModel {
 public:
  class Cache {
   public:
    Cache() { count(1); }
    Cache(const Cache& other) : toy_(other.toy_) { count(1); }
    Cache(Cache&& other) noexcept : toy_(std::move(other.toy_)) { count(1); }
    Cache& operator=(const Cache&) = default;
    Cache& operator=(Cache&&) = default;
    ~Cache() { count(-1); }

    void rewind(int length) { toy_.rewind(length); }

   private:
    friend class CountedModel;
    static void count(int change) {
      const int now = live += change;
      for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
      }
    }
    ToyModel::Cache toy_;
  };

  TokenId vocab_size() const { return toy_.vocab_size(); }
  int context_size() const { return 80; }
  Cache start() const { return {}; }
  std::span<const float> forward(Cache& cache, std::span<const TokenId> ids) {
    return toy_.forward(cache.toy_, ids);
  }

 private:
  ToyModel toy_ = ToyModel::remembering(10, 77, 2);
};

const Pieces pieces{{"a", "b", "ab", "ba", "c", "\xC3", "\xA9", "abc", "<end>", " "}, {8}};

/// Request `number`, all of whose parameters follow from it.
BatchRequest<Chain, Sources> request_of(std::uint64_t number) {
  std::uint32_t salt = 0;
  const auto below = [&](std::uint64_t limit) { return Stream{99, number}.bits(++salt) % limit; };
  const auto some = [&](std::vector<std::string> strings) {
    std::vector<std::string> chosen;
    for (auto& string : strings)
      if (below(3) == 0) chosen.push_back(std::move(string));
    return chosen;
  };
  BatchRequest<Chain, Sources> request{
      {},
      Chain{RepetitionPenalty{1 + static_cast<float>(below(4)) / 4},
            Temperature{static_cast<float>(below(5)) / 3}, TopK{static_cast<unsigned>(below(6))}}};
  for (std::uint64_t i = 0, size = 1 + below(40); i < size; ++i)
    request.prompt.push_back(static_cast<TokenId>(below(10)));
  GenerationOptions& options = request.options;
  options.seed = Stream{5, number}.bits(0);
  options.max_new_tokens = static_cast<int>(below(50));
  if (below(2)) options.end_tokens = {8};
  if (below(4) == 0) options.stop_tokens = {static_cast<TokenId>(below(8))};
  if (below(4) == 0) options.stop_sequences = {{0, 1}, {2, 2, 2}, {7}};
  if (below(3) == 0) options.stop_strings = some({"abab", "cc", "\xC3\xA9", " ab"});
  if (below(3) == 0) options.banned_strings = some({"aab", "bb", "ca", "\xC3\xA9"});
  if (below(3) == 0) options.stop_ending = StopStrings::Ending::kept;
  if (below(5) == 0) options.loop_block = 3, options.loop_repeats = 2;
  if (below(5) == 0) options.min_new_tokens = std::min(options.max_new_tokens, 7);
  options.max_rollbacks = 30;
  options.use_cache = below(8) != 0;
  options.raw_log_probabilities = below(4) == 0;
  options.log_probabilities = below(4) == 0;
  options.kept_tokens = below(6) == 0;
  options.prompt_log_probabilities = below(6) == 0;
  if (below(4) == 0) request.sources.emplace_back(NoRepeatNgram(3));
  request.sequences = 1 + static_cast<int>(below(3) == 0 ? below(5) : 0);
  return request;
}

/// What a thread has seen of one request.
struct Seen {
  std::uint64_t number;
  bool cancelled = false;
  std::vector<std::vector<TokenId>> tokens;
  std::vector<std::string> texts;
};

/// Lets requests [from, to) come, go, be cancelled and be broken off; returns what was wrong.
std::vector<std::string> soak(std::uint64_t from, std::uint64_t to) {
  std::vector<std::string> faults;
  const auto expect = [&](bool holds, std::uint64_t number, const std::string& what) {
    if (!holds) faults.push_back("request " + std::to_string(number) + ": " + what);
  };
  CountedModel model;
  auto batch = *Batch<CountedModel, Chain, Pieces, Sources>::of(
      model, pieces, {.max_running = 6, .max_prefill_tokens = 16});
  std::map<std::size_t, Seen> open;
  std::uint64_t events = 0, done = 0;
  const auto on_event = [&](const GenerationEvent& event) {
    Seen& seen = open.at(event.request);
    seen.tokens[event.sequence].push_back(event.token);
    seen.texts[event.sequence] += event.text;
    const std::uint64_t chance = Stream{from, ++events}.bits(1) % 300;
    if (chance == 0) throw std::runtime_error("the listener has gone");
    if (chance == 1) {
      seen.cancelled = true;
      batch.cancel(event.request);
    }
    if (chance == 2) seen.cancelled = true;
    return chance != 2;
  };
  const auto settle = [&] {
    for (auto at = open.begin(); at != open.end();) {
      const auto made = batch.take(at->first);
      if (!made) {
        ++at;
        continue;
      }
      const Seen& seen = at->second;
      const auto request = request_of(seen.number);
      expect(made->size() == seen.tokens.size(), seen.number, "a sequence is missing");
      for (std::size_t k = 0; k < made->size(); ++k) {
        const Generation& got = (*made)[k];
        expect(got.tokens == seen.tokens[k], seen.number, "the events are not the tokens");
        expect(got.text == seen.texts[k] || got.finish == FinishReason::cancelled ||
                   got.tokens.empty() || got.finish == FinishReason::error,
               seen.number, "the events are not the text");
        CountedModel own;
        GenerationOptions options = request.options;
        options.seed = sequence_seed(options.seed, k);
        const auto alone = *generate(
            own, pieces, request.sampler, request.prompt, options, [](const GenerationEvent&) {},
            request.sources);
        const auto front =
            std::span(alone.tokens).first(std::min(alone.tokens.size(), got.tokens.size()));
        expect(std::ranges::equal(front, got.tokens), seen.number, "other tokens than alone");
        if (seen.cancelled) continue;
        expect(got.finish == alone.finish, seen.number, "another end than alone");
        expect(got.text == alone.text, seen.number, "another text than alone");
        expect(got.kept == alone.kept, seen.number, "other tokens kept than alone");
        expect(got.log_probabilities.size() == alone.log_probabilities.size() &&
                   got.prompt_log_probabilities.size() == alone.prompt_log_probabilities.size(),
               seen.number, "log-probabilities are missing");
      }
      ++done;
      at = open.erase(at);
    }
  };
  for (std::uint64_t number = from; number < to || !open.empty();) {
    while (number < to && open.size() < 12) {
      auto request = request_of(number);
      const auto sequences = static_cast<std::size_t>(request.sequences);
      const auto id = batch.add(std::move(request));
      if (!id) {
        expect(false, number, id.error().message);
      } else {
        open[*id] = {number, false, std::vector<std::vector<TokenId>>(sequences),
                     std::vector<std::string>(sequences)};
        if (Stream{1, number}.bits(2) % 40 == 0) {
          open[*id].cancelled = true;
          batch.cancel(*id);
        }
      }
      ++number;
    }
    try {
      batch.step(on_event);
    } catch (const std::runtime_error&) {
    }
    settle();
  }
  expect(done == to - from, to, "requests are lost");
  expect(!batch.step(on_event) && batch.running() == 0 && batch.waiting() == 0, to,
         "something is left");
  return faults;
}

}  // namespace

TEST_CASE("Of a thousand requests in four threads nothing is lost, and no cache stays behind") {
  std::vector<std::vector<std::string>> faults(4);
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] { faults[t] = soak(250 * t, 250 * (t + 1)); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& each : faults) CHECK(each == std::vector<std::string>{});
  CHECK(live == 0);
  // A thread has six places and what its waiting requests have read, and makes one sequence alone.
  CHECK(most <= 4 * (6 + 12 + 8));
}
