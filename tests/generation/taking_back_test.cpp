/// \file taking_back_test.cpp
/// Banned strings and stop sequences: what is held back, and what is taken back.

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <tamis/generation/generate.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/sources/no_repeat_ngram.hpp>
#include <tamis/testing/toy_model.hpp>
#include <vector>

#include "catch.hpp"
#include "pieces.hpp"

using namespace tamis;
using tamis::testing::ToyModel;
using Tokens = std::vector<TokenId>;
using Chain = Sampler<Temperature>;

static const Chain greedy{Temperature{0}};
static const Chain sampler{Temperature{0.9f}};

static Generation made(Result<Generation> result) {
  if (!result) FAIL(result.error().message);
  return *std::move(result);
}

/// Generates, and checks that the events together are the result: no token or text that they told
/// of was taken back.
template <class S = Chain>
static Generation told(ToyModel& model, const Pieces& pieces, S chain, const Tokens& prompt,
                       const GenerationOptions& options) {
  Tokens tokens;
  std::string text;
  std::vector<FinishReason> ends;
  const auto run =
      made(generate(model, pieces, chain, prompt, options, [&](const GenerationEvent& event) {
        CHECK(event.position == prompt.size() + tokens.size());
        tokens.push_back(event.token);
        text += event.text;
        if (event.finish) ends.push_back(*event.finish);
      }));
  CHECK(tokens == run.tokens);
  CHECK(text == run.text);
  if (!run.error && !run.tokens.empty()) CHECK(ends == std::vector{run.finish});
  return run;
}

TEST_CASE("A banned string never comes: the sequence goes back to where it began") {
  // After a comes b or, less likely, c; after b comes d; then it begins anew.
  const Pieces pieces{{"a", "b", "c", "d"}};
  auto model = ToyModel::bigram({{masked, 5, 4, masked},
                                 {masked, masked, masked, 0},
                                 {0, masked, masked, masked},
                                 {0, masked, masked, masked}});
  GenerationOptions options{.max_new_tokens = 6};
  CHECK(told(model, pieces, greedy, {3}, options).text == "abdabd");
  options.banned_strings = {"bd"};
  const auto run = told(model, pieces, greedy, {3}, options);
  CHECK(run.text == "acacab");  // what comes last is not whole
  CHECK(run.tokens == Tokens{0, 2, 0, 2, 0, 1});
  CHECK(run.statistics.rollbacks == 2);
  options.banned_strings = {"abd"};
  const auto none = told(model, pieces, greedy, {3}, options);  // after d nothing but a may come
  CHECK(none.finish == FinishReason::error);
  CHECK(none.tokens.empty());
  CHECK(none.text.empty());
}

/// What drawing with banned strings is, without any streaming: the whole text is made anew and
/// searched after each token.
static Tokens expected_of(const ToyModel& model, const Pieces& pieces, Chain chain,
                          const Tokens& prompt, const GenerationOptions& options) {
  Tokens tokens = prompt;
  std::vector<std::pair<std::size_t, TokenId>> bans;
  while (tokens.size() < prompt.size() + static_cast<std::size_t>(options.max_new_tokens)) {
    Sequence sequence(tokens, options.seed);
    for (const auto& [size, token] : bans)
      if (size == tokens.size()) sequence.add_bias(token, masked);
    const auto logits = model.logits_after(tokens);
    auto row = row_of(logits, sequence.stream(), sequence.facts());
    tokens.push_back(chain(row).token);

    std::string text;
    std::vector<std::size_t> begins;
    for (std::size_t i = prompt.size(); i < tokens.size(); ++i) {
      begins.push_back(text.size());
      text += pieces.bytes(tokens[i]);
    }
    std::size_t place = std::string::npos, end = std::string::npos;
    for (const std::string& banned : options.banned_strings) {
      const std::size_t at = text.find(banned);
      if (at == std::string::npos) continue;
      const std::size_t its_end = at + banned.size();
      if (its_end > end || (its_end == end && at > place)) continue;
      place = at, end = its_end;
    }
    if (place == std::string::npos) continue;
    std::size_t back = 0;
    while (back + 1 < begins.size() && begins[back + 1] <= place) ++back;
    const std::size_t size = prompt.size() + back;
    const TokenId token = tokens[size];
    tokens.resize(size);
    std::erase_if(bans, [&](const auto& ban) { return ban.first > size; });
    bans.push_back({size, token});
  }
  return {tokens.begin() + static_cast<long>(prompt.size()), tokens.end()};
}

TEST_CASE("Going back is what it is without any streaming, on random models") {
  const Pieces pieces{{"a", "b", "ab", "ba", "c", "", "abc", "\xC3", "\xA9", "d"}};
  int rollbacks = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    auto model = ToyModel::remembering(10, seed, 2);
    GenerationOptions options{.max_new_tokens = 40, .seed = seed};
    options.banned_strings = {"abc", "cb", "aab", "dd", "\xC3\xA9", "bdba"};
    options.banned_strings.resize(1 + seed % 6);
    const auto run = told(model, pieces, sampler, {1, 2}, options);
    INFO("seed " << seed << " rollbacks " << run.statistics.rollbacks);
    CHECK(run.tokens == expected_of(model, pieces, sampler, {1, 2}, options));
    for (const auto& banned : options.banned_strings)
      CHECK(run.text.find(banned) == std::string::npos);
    rollbacks += run.statistics.rollbacks;
  }
  CHECK(rollbacks > 200);
}

/// Draws, and learns how often it has.
struct Counting {
  int draws = 0;
  Choice operator()(auto& row) {
    ++draws;
    return Chain{Temperature{0.9f}}(row);
  }
};

TEST_CASE("Sources and samplers that learn go back with the sequence") {
  const Pieces pieces{{"a", "b", "c", "d", "e", "f"}};
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    auto model = ToyModel::remembering(6, seed, 2);
    GenerationOptions options{.max_new_tokens = 40, .seed = seed};
    options.banned_strings = {"ab", "bb", "de"};
    Counting counting;
    const auto run = made(generate(
        model, pieces, std::ref(counting), Tokens{0}, options, [](const GenerationEvent&) {},
        NoRepeatNgram(3)));
    CHECK(run.statistics.rollbacks > 0);
    CHECK(counting.draws == 40);
    std::vector<Tokens> ngrams;
    for (std::size_t i = 0; i + 3 <= run.tokens.size(); ++i)
      ngrams.emplace_back(run.tokens.begin() + static_cast<long>(i),
                          run.tokens.begin() + static_cast<long>(i + 3));
    std::ranges::sort(ngrams);
    CHECK(std::ranges::adjacent_find(ngrams) == ngrams.end());
  }
}

TEST_CASE("Going back has a limit, and what is sure then is kept") {
  const Pieces pieces{{"a", "b", "c", "d", "e", "f"}};
  auto model = ToyModel::remembering(6, 3, 1);
  GenerationOptions options{.max_new_tokens = 200, .seed = 5};
  options.banned_strings = {"ab", "ca", "ef", "dd"};
  const auto whole = told(model, pieces, sampler, {0}, options);
  REQUIRE(whole.statistics.rollbacks > 20);
  options.max_rollbacks = 20;
  const auto run = told(model, pieces, sampler, {0}, options);
  CHECK(run.finish == FinishReason::error);
  REQUIRE(run.error);
  CHECK(run.error->message.ends_with(
      "a banned string came back after 20 rollbacks; ban fewer or longer strings, or raise "
      "max_rollbacks"));
  CHECK(run.statistics.rollbacks == 21);
  REQUIRE(run.tokens.size() < whole.tokens.size());
  CHECK(std::ranges::equal(run.tokens, std::span(whole.tokens).first(run.tokens.size())));
}

TEST_CASE("A text that could become a banned string is told when it cannot any more") {
  const Pieces pieces{{"a", "b", "c", "x"}};
  auto model = ToyModel::bigram({{masked, 0, masked, masked},
                                 {masked, masked, masked, 0},
                                 {masked, masked, masked, 0},
                                 {0, masked, masked, masked}});  // x a b x a b ...
  GenerationOptions options{.max_new_tokens = 5};
  options.banned_strings = {"abc"};
  auto events = std::vector<std::pair<std::size_t, std::string>>();
  auto run = Continuation<Chain, Pieces>::of(model, pieces, greedy, Tokens{1}, options);
  REQUIRE(run);
  std::vector<std::size_t> told_after;
  while (!run->is_over()) {
    run->step(model.logits_after(run->sequence().tokens()));
    std::size_t count = 0;
    while (run->next_event()) ++count;
    told_after.push_back(count);
  }
  CHECK(run->generation().text == "xabxa");
  CHECK(told_after == std::vector<std::size_t>{1, 0, 0, 3, 1});  // the end tells the rest
}

TEST_CASE("Before a banned string is whole, a stop string ends the text; with it, it does not") {
  const Pieces pieces{{"a", "bc", "d", "e"}};
  auto model = ToyModel::bigram({{masked, 5, 4, masked},
                                 {0, masked, masked, masked},
                                 {0, masked, masked, masked},
                                 {0, masked, masked, masked}});
  const auto run = [&](std::vector<std::string> banned, std::vector<std::string> stops) {
    GenerationOptions options{.max_new_tokens = 4};
    options.banned_strings = banned;
    options.stop_strings = stops;
    return told(model, pieces, greedy, {3}, options);
  };
  CHECK(run({"abc"}, {"b"}).text == "a");
  CHECK(run({"abc"}, {"b"}).finish == FinishReason::stop_string);
  CHECK(run({"abc"}, {"bc"}).finish == FinishReason::error);  // after e there is nothing but a
  CHECK(run({"bc"}, {"bc"}).text == "adad");
  CHECK(run({"bc"}, {"abc"}).text == "adad");
}

TEST_CASE("A cancellation at an event leaves the tokens told, whatever was drawn ahead") {
  const Pieces pieces{{"a", "b", "ab", "ba", "c", "\xC3\xA9"}};
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    auto model = ToyModel::remembering(6, seed, 2);
    GenerationOptions options{.max_new_tokens = 20, .seed = seed};
    options.banned_strings = {"abc", "aabb"};
    options.stop_strings = {"ccccc"};
    const auto whole = told(model, pieces, sampler, {1, 2}, options);
    for (std::size_t end = 1; end < whole.tokens.size(); ++end) {
      Memory memory(model);
      std::size_t seen = 0;
      const auto cut = made(generate(model, memory, pieces, sampler, Tokens{1, 2}, options,
                                     [&](const GenerationEvent&) { return ++seen < end; }));
      CHECK(seen == end);
      CHECK(cut.finish == FinishReason::cancelled);
      CHECK(std::ranges::equal(cut.tokens, std::span(whole.tokens).first(end)));
      CHECK(whole.text.starts_with(cut.text));
      // A chat goes on with what stayed.
      CHECK(made(generate(model, memory, pieces, sampler, Tokens{1, 2}, options)).tokens ==
            whole.tokens);
    }
  }
}

TEST_CASE("A sequence of tokens ends the generation, at its last token, and its text is left out") {
  const Pieces pieces{{"0", "1", "2", "3", "4", "5", "6", "7"}};
  auto model = pieces.model();
  const auto run = [&](GenerationOptions options) {
    return told(model, pieces, greedy, {0}, options);
  };
  GenerationOptions options{.stop_sequences = {{4, 5}, {6}}};
  auto stopped = run(options);
  CHECK(stopped.text == "123");
  CHECK(stopped.tokens == Tokens{1, 2, 3, 4, 5});
  CHECK(stopped.finish == FinishReason::stop_sequence);
  options.stop_ending = StopStrings::Ending::kept;
  CHECK(run(options).text == "12345");
  CHECK(run({.max_new_tokens = 5, .stop_sequences = {{4, 5}}}).finish ==
        FinishReason::stop_sequence);
  CHECK(run({.max_new_tokens = 4, .stop_sequences = {{4, 5}}}).text == "1234");
  // What comes before the least number of tokens is no part of a stop.
  CHECK(run({.max_new_tokens = 9, .min_new_tokens = 4, .stop_sequences = {{4, 5}}}).finish ==
        FinishReason::length);
  CHECK(run({.max_new_tokens = 9, .min_new_tokens = 3, .stop_sequences = {{4, 5}}}).text == "123");
  CHECK(run({.max_new_tokens = 30, .min_new_tokens = 5, .stop_sequences = {{4, 5}}}).text ==
        "12345670123");
  // A stop string that is whole first ends it; an end token at the same token as well.
  CHECK(run({.stop_sequences = {{4, 5}}, .stop_strings = {"34"}}).text == "12");
  CHECK(run({.end_tokens = {5}, .stop_sequences = {{4, 5}}}).finish ==
        FinishReason::end_of_sequence);
}

TEST_CASE("A loop ends the generation") {
  auto model = ToyModel::counting(3);
  const auto run = [&](GenerationOptions options) {
    options.max_new_tokens = 60;
    return made(generate(model, NoTokenizer{}, greedy, Tokens{0}, options));
  };
  CHECK(run({}).finish == FinishReason::length);
  const auto loop = run({.loop_block = 3, .loop_repeats = 4});
  CHECK(loop.finish == FinishReason::loop);
  CHECK(loop.tokens.size() == 15);
  CHECK(run({.loop_block = 2, .loop_repeats = 4}).finish == FinishReason::length);
  CHECK(run({.min_new_tokens = 30, .loop_block = 3, .loop_repeats = 4}).tokens.size() == 31);
}

TEST_CASE("The least length counts the prompt, the least number of new tokens does not") {
  auto model = ToyModel::bigram({{20, 10}, {20, 10}});
  const auto tokens = [&](GenerationOptions options) {
    options.end_tokens = {0};
    return made(generate(model, NoTokenizer{}, greedy, Tokens{1, 1, 1}, options)).tokens.size();
  };
  CHECK(tokens({}) == 1);
  CHECK(tokens({.min_length = 3}) == 1);
  CHECK(tokens({.min_length = 5}) == 3);
  CHECK(tokens({.min_new_tokens = 4, .min_length = 5}) == 5);
  CHECK(tokens({.min_new_tokens = 1, .min_length = 8}) == 6);
}

TEST_CASE("The tokens among which each was drawn come back if asked for") {
  auto model = ToyModel::remembering(6, 2);
  std::vector<Tokens> seen;
  const auto run = made(generate(model, NoTokenizer{}, sampler, Tokens{0},
                                 GenerationOptions{.max_new_tokens = 5, .kept_tokens = true},
                                 [&](const GenerationEvent& event) {
                                   seen.emplace_back(event.kept.begin(), event.kept.end());
                                 }));
  CHECK(run.kept == seen);
  CHECK(run.kept == std::vector<Tokens>(5, Tokens{0, 1, 2, 3, 4, 5}));
}
