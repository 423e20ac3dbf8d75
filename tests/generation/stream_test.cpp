#include <tamis/generation/stream.hpp>

#include <algorithm>
#include <stop_token>
#include <string>
#include <tamis/generation/generate.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/testing/toy_model.hpp>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "pieces.hpp"

using namespace tamis;
using tamis::testing::ToyModel;
using Tokens = std::vector<TokenId>;

static const Tokens prompt{3, 1, 2};
static const Sampler sampler{Temperature{0.9f}};

TEST_CASE("A loop over a stream sees what a callback sees") {
  const Pieces pieces{{"a", "b", "c", "\xC3", "\xA9", "e"}};
  auto model = ToyModel::remembering(6);
  GenerationOptions options{.max_new_tokens = 30, .seed = 4};
  options.stop_strings = {"cab", "zz"};
  options.banned_strings = {"ba"};
  options.raw_log_probabilities = true;
  struct Seen {
    std::size_t position;
    TokenId token;
    std::string text;
    double log_probability;
    bool operator==(const Seen&) const = default;
  };
  std::vector<Seen> called, looped;
  const auto note = [](std::vector<Seen>& seen, const GenerationEvent& event) {
    seen.push_back(
        {event.position, event.token, std::string(event.text), *event.log_probability->raw});
  };
  const auto made = generate(model, pieces, sampler, prompt, options,
                             [&](const GenerationEvent& event) { note(called, event); });
  auto events = stream(model, pieces, sampler, prompt, options);
  for (const GenerationEvent& event : events) note(looped, event);
  REQUIRE(made);
  CHECK(looped == called);
  CHECK(looped.size() == made->tokens.size());
  CHECK(events.result()->tokens == made->tokens);
  CHECK(events.result()->text == made->text);
  CHECK(events.result()->finish == made->finish);
}

TEST_CASE("A loop may be over a stream made in it, and be left at any event") {
  auto model = ToyModel::remembering(20);
  const auto whole = generate(model, NoTokenizer{}, sampler, prompt, {.max_new_tokens = 6});
  for (std::size_t end = 1; end <= 6; ++end) {
    Memory memory(model);
    Tokens seen;
    for (const auto& event :
         stream(model, memory, NoTokenizer{}, sampler, prompt, {.max_new_tokens = 6})) {
      seen.push_back(event.token);
      if (seen.size() == end) break;
    }
    CHECK(std::ranges::equal(seen, std::span(whole->tokens).first(end)));
    CHECK(memory.tokens().size() == prompt.size() + end - 1);
    CHECK(generate(model, memory, NoTokenizer{}, sampler, prompt, {.max_new_tokens = 6})->tokens ==
          whole->tokens);
  }
}

TEST_CASE("A request that is refused makes no events, and says why") {
  auto model = ToyModel::remembering(20);
  auto events = stream(model, NoTokenizer{}, sampler, Tokens{});
  for (const auto& event : events) FAIL(event.token);
  REQUIRE(events.refusal());
  CHECK(events.result().error().message == "the prompt is empty; it needs at least one token");
}

TEST_CASE("A stop token ends a stream and a generation, from any thread") {
  auto model = ToyModel::remembering(20);
  std::stop_source source;
  std::size_t seen = 0;
  auto events =
      stream(model, NoTokenizer{}, sampler, prompt,
             {.max_new_tokens = GenerationOptions::unlimited}, std::tuple<>{}, source.get_token());
  for (const auto& event : events) {
    (void)event;
    if (++seen == 5) std::thread([&] { source.request_stop(); }).join();
  }
  CHECK(seen == 5);
  CHECK(events.result()->finish == FinishReason::cancelled);

  const auto made = generate(
      model, NoTokenizer{}, sampler, prompt, GenerationOptions{.max_new_tokens = 9},
      [](const GenerationEvent&) {}, std::tuple<>{}, source.get_token());
  CHECK(made->finish == FinishReason::cancelled);
  CHECK(made->tokens.empty());
}
