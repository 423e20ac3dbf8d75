#include <tamis/generation/batch.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <string>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/sources/any_source.hpp>
#include <tamis/sources/no_repeat_ngram.hpp>
#include <tamis/testing/toy_model.hpp>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "pieces.hpp"

using namespace tamis;
using tamis::testing::ToyModel;
using Tokens = std::vector<TokenId>;
using Chain = Sampler<RepetitionPenalty, Temperature>;
using Sources = std::vector<AnySource>;
using Requests = Batch<ToyModel, Chain, Pieces, Sources>;

static const Pieces pieces{{"a", "b", "ab", "ba", "c", "\xC3", "\xA9", "abc", "d", "e", " ", "f"}};
static constexpr std::uint64_t model_seed = 9;
static ToyModel toy() { return ToyModel::remembering(12, model_seed, 2); }

/// A request of its own for each number: other prompts, samplers, sources, limits, stops, bans.
static BatchRequest<Chain, Sources> request(std::uint64_t number, int sequences = 1) {
  BatchRequest<Chain, Sources> made{
      {},
      Chain{RepetitionPenalty{1 + 0.1f * static_cast<float>(number % 3)},
            Temperature{0.6f + 0.1f * static_cast<float>(number % 5)}}};
  for (std::uint64_t i = 0; i < 1 + number * number % 23; ++i)
    made.prompt.push_back(static_cast<TokenId>((number + 5 * i) % 12));
  made.options.max_new_tokens = 5 + static_cast<int>(number * 7 % 30);
  made.options.seed = 1000 * number;
  if (number % 2) made.options.end_tokens = {static_cast<TokenId>(number % 12)};
  if (number % 3 == 0) made.options.stop_strings = {"abab", "cd"};
  if (number % 4 == 0) made.options.banned_strings = {"aab", "dc", "bb"};
  if (number % 5 == 0) made.options.stop_sequences = {{4, 8}, {0, 0}};
  if (number % 6 == 0) made.options.use_cache = false;
  if (number % 4 == 1) made.sources.emplace_back(NoRepeatNgram(2));
  made.sequences = sequences;
  return made;
}

/// What a sequence of a request is alone.
static Generation alone(const BatchRequest<Chain, Sources>& request, std::size_t sequence = 0) {
  auto model = toy();
  GenerationOptions options = request.options;
  options.seed = sequence_seed(options.seed, sequence);
  auto made = generate(
      model, pieces, request.sampler, request.prompt, options, [](const GenerationEvent&) {},
      request.sources);
  REQUIRE(made);
  return *std::move(made);
}

static void check_same(const Generation& made, const Generation& expected) {
  CHECK(made.tokens == expected.tokens);
  CHECK(made.text == expected.text);
  CHECK(made.finish == expected.finish);
  CHECK(made.stop_string == expected.stop_string);
  CHECK(made.statistics.rollbacks == expected.statistics.rollbacks);
}

static Requests batch_of(ToyModel& model, const BatchOptions& options = {}) {
  auto batch = Requests::of(model, pieces, options);
  REQUIRE(batch);
  return *std::move(batch);
}

TEST_CASE("A sequence has the tokens that it has alone, in batches of any size") {
  for (const int size : {1, 2, 4, 16, 64}) {
    auto model = toy();
    auto batch = batch_of(model, {.max_running = size});
    for (std::uint64_t number = 0; number < 40; ++number) REQUIRE(batch.add(request(number)));
    std::size_t most = 0;
    while (batch.step()) most = std::max(most, batch.running());
    CHECK(most <= static_cast<std::size_t>(size));
    CHECK(most >= static_cast<std::size_t>(std::min(size, 30)));
    for (std::uint64_t number = 0; number < 40; ++number) {
      const auto made = batch.take(number);
      REQUIRE(made);
      REQUIRE(made->size() == 1);
      check_same(made->front(), alone(request(number)));
    }
  }
}

TEST_CASE("A sequence has the tokens that it has alone, in any order, whenever it comes") {
  std::vector<std::uint64_t> order(30);
  std::iota(order.begin(), order.end(), 0);
  for (std::uint64_t shuffle = 0; shuffle < 5; ++shuffle) {
    for (std::size_t i = order.size(); i > 1; --i)
      std::swap(order[i - 1], order[Stream{shuffle, i}.bits(0) % i]);
    auto model = toy();
    auto batch = batch_of(model, {.max_running = 7, .max_prefill_tokens = 5});
    for (const std::uint64_t number : order) {
      REQUIRE(batch.add(request(number)));
      for (std::uint64_t i = 0; i < Stream{shuffle, number}.bits(1) % 4; ++i) batch.step();
    }
    batch.run();
    for (std::size_t id = 0; id < order.size(); ++id)
      check_same(batch.take(id)->front(), alone(request(order[id])));
  }
}

TEST_CASE("Several sequences of a request read its prompt once, and each can be made alone") {
  for (const int room : {1, 3, 64}) {
    auto model = toy();
    auto batch = batch_of(model, {.max_running = room});
    auto asked = request(7, 5);
    asked.options.end_tokens.clear();
    const auto other = batch.add(request(11, 2));
    const auto id = batch.add(asked);
    REQUIRE(id);
    const std::size_t before = model.tokens_read();
    batch.run();
    const auto made = batch.take(*id);
    REQUIRE(made);
    REQUIRE(made->size() == 5);
    std::size_t read = 0;
    for (std::size_t k = 0; k < 5; ++k) {
      check_same((*made)[k], alone(asked, k));
      CHECK((*made)[k].tokens != (*made)[(k + 1) % 5].tokens);
      CHECK((*made)[k].statistics.cached_tokens ==
            (k == 0 ? 0 : static_cast<int>(asked.prompt.size())));
      read += (*made)[k].tokens.size() - 1;
    }
    const auto others = batch.take(*other);
    const std::size_t others_read = others->at(0).tokens.size() + others->at(1).tokens.size() - 2;
    CHECK(model.tokens_read() - before ==
          asked.prompt.size() + read + request(11).prompt.size() + others_read);
  }
}

TEST_CASE("A long prompt is read in pieces, and the others go on meanwhile") {
  auto model = toy();
  auto batch = batch_of(model, {.max_prefill_tokens = 10});
  auto quick = request(1), slow = request(2);
  quick.options = {.max_new_tokens = 8};
  slow.prompt.assign(65, 3);
  slow.options = {.max_new_tokens = 3};
  REQUIRE(batch.add(quick));
  REQUIRE(batch.add(slow));
  std::vector<std::size_t> requests;
  std::size_t steps = 0, most = 0, before = 0;
  while (batch.step([&](const GenerationEvent& event) { requests.push_back(event.request); })) {
    most = std::max(most, model.tokens_read() - before);
    before = model.tokens_read();
    ++steps;
  }
  // quick's prompt has two tokens, so that slow's is read in 8, 10, 10, 10, 10, 10, 7.
  CHECK(requests == std::vector<std::size_t>{0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1});
  CHECK(most == 11);
  check_same(batch.take(0)->front(), alone(quick));
  check_same(batch.take(1)->front(), alone(slow));
}

TEST_CASE("Events say of which request and sequence they are, and together are the results") {
  auto model = toy();
  auto batch = batch_of(model, {.max_running = 5});
  std::vector<std::vector<Generation>> seen(6, std::vector<Generation>(3));
  for (std::uint64_t number = 0; number < 6; ++number) REQUIRE(batch.add(request(number, 3)));
  batch.run([&](const GenerationEvent& event) {
    Generation& made = seen[event.request][event.sequence];
    CHECK(event.position == request(event.request).prompt.size() + made.tokens.size());
    made.tokens.push_back(event.token);
    made.text += event.text;
  });
  for (std::size_t id = 0; id < 6; ++id) {
    const auto made = batch.take(id);
    for (std::size_t k = 0; k < 3; ++k) {
      CHECK(seen[id][k].tokens == made->at(k).tokens);
      CHECK(seen[id][k].text == made->at(k).text);
    }
  }
}

TEST_CASE("What throws at any event leaves all sequences as good as before") {
  for (std::size_t at = 1; at < 60; at += 3) {
    auto model = toy();
    auto batch = batch_of(model, {.max_running = 4, .max_prefill_tokens = 6});
    for (std::uint64_t number = 0; number < 6; ++number) REQUIRE(batch.add(request(number, 2)));
    std::size_t count = 0, thrown = 0;
    const auto on_event = [&](const GenerationEvent&) {
      if (++count % at == 0) throw std::runtime_error("no more");
    };
    for (bool left = true; left;) {
      try {
        left = batch.step(on_event);
      } catch (const std::runtime_error&) {
        ++thrown;
      }
    }
    CHECK(thrown == count / at);
    for (std::size_t id = 0; id < 6; ++id) {
      const auto made = batch.take(id);
      REQUIRE(made);
      for (std::size_t k = 0; k < 2; ++k) check_same(made->at(k), alone(request(id, 2), k));
    }
  }
}

TEST_CASE("A model that throws leaves all sequences as good as before") {
  struct Failing : ToyModel {
    Failing() : ToyModel(toy()) {}
    int calls = 0;
    std::span<const float> forward(Cache& cache, std::span<const TokenId> ids) {
      const auto logits = ToyModel::forward(cache, ids);
      if (++calls % 9 == 0) throw std::runtime_error("out of memory");
      return logits;
    }
    void forward_each() = delete;  // not the toy's, which would not fail
  } model;
  auto batch = Batch<Failing, Chain, Pieces, Sources>::of(model, pieces, {.max_running = 3});
  REQUIRE(batch);
  for (std::uint64_t number = 0; number < 8; ++number) REQUIRE(batch->add(request(number, 2)));
  int thrown = 0;
  for (bool left = true; left;) {
    try {
      left = batch->step();
    } catch (const std::runtime_error&) {
      ++thrown;
    }
  }
  CHECK(thrown > 10);
  for (std::size_t id = 0; id < 8; ++id) {
    const auto made = batch->take(id);
    for (std::size_t k = 0; k < 2; ++k) check_same(made->at(k), alone(request(id, 2), k));
  }
}

TEST_CASE("A sequence is ended by its callback, a request by its number, all by a stop token") {
  auto model = toy();
  auto batch = batch_of(model);
  for (std::uint64_t number : {1, 2, 3, 4}) {
    auto asked = request(number, 2);
    asked.options = {.max_new_tokens = 20, .seed = number};
    REQUIRE(batch.add(asked));
  }
  std::size_t count = 0;
  const auto on_event = [&](const GenerationEvent& event) {
    if (event.request == 2 && event.position == request(3).prompt.size() + 4) batch.cancel(1);
    ++count;
    return !(event.request == 0 && event.sequence == 1 &&
             event.position == request(1).prompt.size() + 2);
  };
  for (int i = 0; i < 10; ++i) batch.step(on_event);
  struct Stopped {
    bool stop_requested() const { return true; }
  };
  batch.run(on_event, Stopped{});
  const auto first = batch.take(0), second = batch.take(1), third = batch.take(2);
  CHECK(first->at(0).finish == FinishReason::cancelled);  // by the stop
  CHECK(first->at(0).tokens.size() == 10);
  CHECK(first->at(1).finish == FinishReason::cancelled);  // by the callback
  CHECK(first->at(1).tokens.size() == 3);
  CHECK(second->at(0).tokens.size() == 5);
  CHECK(second->at(1).finish == FinishReason::cancelled);
  CHECK(third->at(1).tokens.size() == 10);
  CHECK_FALSE(batch.step(on_event));
  CHECK(batch.running() == 0);
  CHECK_FALSE(batch.take(0));
}

TEST_CASE("What waits, or is still read, can be cancelled") {
  auto model = toy();
  auto batch = batch_of(model, {.max_running = 1, .max_prefill_tokens = 2});
  auto asked = request(3, 3);
  asked.prompt.assign(9, 1);
  const auto read = batch.add(asked), waits = batch.add(asked), goes_on = batch.add(request(5));
  batch.step();
  batch.cancel(*read);
  batch.cancel(*waits);
  batch.cancel(77);
  batch.run();
  for (const auto id : {*read, *waits}) {
    const auto made = batch.take(id);
    REQUIRE(made);
    REQUIRE(made->size() == 3);
    for (const Generation& generation : *made) {
      CHECK(generation.finish == FinishReason::cancelled);
      CHECK(generation.tokens.empty());
    }
  }
  check_same(batch.take(*goes_on)->front(), alone(request(5)));
}

TEST_CASE("What is wrong with a request is said, and the batch goes on") {
  auto model = toy();
  CHECK(Requests::of(model, pieces, {.max_running = 0}).error().message ==
        "max_running is 0; it must be 1 or more");
  CHECK(Requests::of(model, pieces, {.max_prefill_tokens = -1}).error().message ==
        "max_prefill_tokens is -1; it must be 1 or more");
  auto batch = batch_of(model);
  auto none = request(1);
  none.sequences = 0;
  CHECK(batch.add(none).error().message == "sequences is 0; it must be 1 or more");
  auto empty = request(1);
  empty.prompt.clear();
  CHECK(batch.add(empty).error().message == "the prompt is empty; it needs at least one token");
  auto nothing = request(1, 2);
  nothing.options = {.max_new_tokens = 0};
  const auto id = batch.add(nothing);
  REQUIRE(id);
  batch.run();
  CHECK(batch.take(*id)->at(1).finish == FinishReason::length);
  CHECK(model.tokens_read() == 0);
}

TEST_CASE("How likely the prompt's tokens are is the same in pieces as alone") {
  auto asked = request(3, 2);
  asked.options.prompt_log_probabilities = true;
  asked.options.top_log_probabilities = 2;
  const auto expected = alone(asked);
  const auto model_alone = toy();
  REQUIRE(expected.prompt_log_probabilities.size() == asked.prompt.size() - 1);
  for (std::size_t i = 0; i + 1 < asked.prompt.size(); ++i) {
    const auto all = model_alone.log_probabilities_after(std::span(asked.prompt).first(i + 1));
    CHECK(*expected.prompt_log_probabilities[i].raw ==
          Approx(all[static_cast<std::size_t>(asked.prompt[i + 1])]).margin(1e-5));
    CHECK(expected.prompt_log_probabilities[i].raw_top.size() == 2);
  }
  auto model = toy();
  auto batch = batch_of(model, {.max_prefill_tokens = 3});
  const auto id = batch.add(asked);
  batch.add(request(4)).has_value();
  batch.run();
  const auto made = batch.take(*id);
  for (std::size_t k = 0; k < 2; ++k) {
    check_same(made->at(k), alone(asked, k));
    REQUIRE(made->at(k).prompt_log_probabilities.size() == asked.prompt.size() - 1);
    for (std::size_t i = 0; i + 1 < asked.prompt.size(); ++i)
      CHECK(made->at(k).prompt_log_probabilities[i].raw ==
            expected.prompt_log_probabilities[i].raw);
  }
}

TEST_CASE("Beginnings that are known are not read again, and change nothing") {
  /// Remembers all that was read.
  struct Known {
    std::vector<Memory<ToyModel>> memories;
    Memory<ToyModel> recall(ToyModel& model, std::span<const TokenId> ids) const {
      Memory<ToyModel> best(model);
      for (const auto& memory : memories)
        if (memory.known(ids) > best.known(ids)) best = memory;
      return best;
    }
    void keep(const Memory<ToyModel>& memory) { memories.push_back(memory); }
  } known;
  auto model = toy();
  auto batch = Batch<ToyModel, Chain, Pieces, Sources, Known&>::of(model, pieces, {}, known);
  REQUIRE(batch);
  auto asked = request(2);
  asked.prompt.assign(20, 1);
  asked.options = {.max_new_tokens = 4};
  const auto first = batch->add(asked);
  batch->run();
  const std::size_t read = model.tokens_read();
  asked.prompt.push_back(5);
  const auto second = batch->add(asked);
  batch->run();
  CHECK(model.tokens_read() - read == 1 + 3);
  const auto made = batch->take(*second);
  CHECK(made->front().statistics.cached_tokens == 20);
  check_same(made->front(), alone(asked));
  CHECK(batch->take(*first));
}

TEST_CASE("Batches in several threads make what each makes alone") {
  std::vector<std::vector<Generation>> made(3);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 3; ++t)
    threads.emplace_back([&, t] {
      auto model = toy();
      auto batch = *Requests::of(model, pieces, {.max_running = static_cast<int>(1 + 3 * t)});
      for (std::uint64_t number = 0; number < 10; ++number) (void)batch.add(request(number));
      batch.run();
      for (std::size_t id = 0; id < 10; ++id) made[t].push_back(batch.take(id)->front());
    });
  for (std::thread& thread : threads) thread.join();
  for (std::size_t t = 0; t < 3; ++t)
    for (std::size_t id = 0; id < 10; ++id) check_same(made[t][id], alone(request(id)));
}

TEST_CASE("Logits of half precision are forked as well") {
  struct Halves : ToyModel {
    Halves() : ToyModel(toy()) {}
    std::vector<Float16> halves;
    std::span<const Float16> forward(Cache& cache, std::span<const TokenId> ids) {
      const auto logits = ToyModel::forward(cache, ids);
      halves.clear();
      for (const float logit : logits)
        halves.push_back(Float16{half_of_float(std::round(logit * 16) / 16)});
      return halves;
    }
    void forward_each() = delete;
  } model;
  auto asked = request(2, 3);
  auto batch = *Batch<Halves, Chain, Pieces, Sources>::of(model, pieces);
  const auto id = batch.add(asked);
  batch.run();
  const auto made = batch.take(*id);
  for (std::size_t k = 0; k < 3; ++k) {
    GenerationOptions options = asked.options;
    options.seed = sequence_seed(options.seed, k);
    CHECK((*made)[k].tokens ==
          generate(model, pieces, asked.sampler, asked.prompt, options)->tokens);
  }
}
