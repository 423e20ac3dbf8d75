#include <tamis/generation/generate.hpp>

#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/mirostat.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/sources/bans.hpp>
#include <tamis/sources/no_repeat_ngram.hpp>
#include <tamis/testing/chi_squared.hpp>
#include <tamis/testing/toy_model.hpp>
#include <tuple>
#include <vector>

#include "catch.hpp"
#include "pieces.hpp"

using namespace tamis;
using tamis::testing::ToyModel;
using Tokens = std::vector<TokenId>;

static const Tokens prompt{3, 1, 2};

/// One type for most of the samplers, for each takes long to compile.
using Chain = Sampler<RepetitionPenalty, Temperature, TopK>;
static const Chain sampler{RepetitionPenalty{1.3f}, Temperature{0.9f}, TopK{0}};
static const Chain plain{RepetitionPenalty{1}, Temperature{1}, TopK{0}};
static const Chain greedy{RepetitionPenalty{1}, Temperature{0}, TopK{0}};

/// What is generated, where nothing is wrong with the request.
static Generation made(Result<Generation> result) {
  if (!result) FAIL(result.error().message);
  return *std::move(result);
}

/// What is said of a request that is refused.
static std::string refusal(const Result<Generation>& result) {
  return result ? "not refused" : result.error().message;
}

TEST_CASE("A counting model counts to the limit") {
  auto model = ToyModel::counting(10);
  const auto run = made(generate(model, NoTokenizer{}, greedy, prompt, {.max_new_tokens = 4}));
  CHECK(run.tokens == Tokens{3, 4, 5, 6});
  CHECK(run.finish == FinishReason::length);
  CHECK(run.text.empty());
  CHECK(run.log_probabilities.empty());
  CHECK_FALSE(run.error);
}

TEST_CASE("The limits on the length hold together, and the context's") {
  auto model = ToyModel::counting(10, 8);
  const auto run = [&](GenerationOptions options) {
    const auto run = made(generate(model, NoTokenizer{}, greedy, prompt, options));
    return std::pair{run.tokens.size(), run.finish};
  };
  CHECK(run({.max_new_tokens = 4}) == std::pair{std::size_t{4}, FinishReason::length});
  CHECK(run({.max_new_tokens = 4, .max_length = 6}) ==
        std::pair{std::size_t{3}, FinishReason::length});
  CHECK(run({}) == std::pair{std::size_t{5}, FinishReason::context_full});
  CHECK(run({.max_new_tokens = 5}) == std::pair{std::size_t{5}, FinishReason::length});
  CHECK(run({.max_new_tokens = 6}) == std::pair{std::size_t{5}, FinishReason::context_full});
  const std::size_t before = model.tokens_read();
  CHECK(run({.max_new_tokens = 0}) == std::pair{std::size_t{0}, FinishReason::length});
  CHECK(model.tokens_read() == before);
}

TEST_CASE("A prompt of the length of the context is read, and nothing can follow") {
  auto model = ToyModel::counting(10, 3);
  const auto run = made(generate(model, NoTokenizer{}, greedy, prompt));
  CHECK(run.tokens.empty());
  CHECK(run.finish == FinishReason::context_full);
}

TEST_CASE("What is wrong with a request is said, and nothing is done") {
  auto model = ToyModel::counting(10, 8);
  const auto refused = [&](const Tokens& prompt, const GenerationOptions& options) {
    return refusal(generate(model, NoTokenizer{}, greedy, prompt, options));
  };
  CHECK(refused({}, {}) == "the prompt is empty; it needs at least one token");
  CHECK(refused(Tokens(9, 1), {}) ==
        "the prompt has 9 tokens, but the model's context takes 8; shorten the prompt");
  CHECK(refused({1, 10}, {}) ==
        "the prompt's token 10 is not in the model's vocabulary, which has the ids 0 to 9");
  CHECK(refused({-1}, {}) ==
        "the prompt's token -1 is not in the model's vocabulary, which has the ids 0 to 9");
  CHECK(refused(prompt, {.end_tokens = {2, -7}}) ==
        "end token -7 is not in the model's vocabulary, which has the ids 0 to 9");
  CHECK(refused(prompt, {.stop_tokens = {11}}) ==
        "stop token 11 is not in the model's vocabulary, which has the ids 0 to 9");
  CHECK(refused(prompt, {.max_seconds = -1}) == "max_seconds is -1.000000; it must be 0 or more");
  CHECK(refused(prompt, {.max_seconds = std::nan("")}) ==
        "max_seconds is nan; it must be 0 or more");
  CHECK(refused(prompt, {.top_log_probabilities = -2}) ==
        "top_log_probabilities is -2; it must be 0 or more");
  CHECK(refused(prompt, {.stop_strings = {"a"}}) ==
        "stop strings are sought in text, and there is no tokenizer to make it; give one, or use "
        "stop tokens and bans");
  CHECK(
      refusal(generate(model, Pieces{}, greedy, prompt, GenerationOptions{.stop_strings = {""}})) ==
      "stop string 1 of 1 is empty; it needs at least one character");
  CHECK(model.tokens_read() == 0);
}

TEST_CASE("Any end token of several ends the sequence, and is the last of the tokens") {
  auto model = ToyModel::counting(10);
  const auto run = made(generate(model, NoTokenizer{}, greedy, prompt, {.end_tokens = {9, 5, 7}}));
  CHECK(run.tokens == Tokens{3, 4, 5});
  CHECK(run.finish == FinishReason::end_of_sequence);
}

TEST_CASE("An end on the last token that is allowed is an end") {
  // Text Generation Inference asks for the length first, and reports "length".
  const Pieces pieces{{"a", "b", "c", "d", "e"}};
  auto model = pieces.model();
  const auto finish = [&](GenerationOptions options) {
    options.max_new_tokens = 3;
    return made(generate(model, pieces, greedy, Tokens{0}, options)).finish;
  };
  CHECK(finish({}) == FinishReason::length);
  CHECK(finish({.end_tokens = {3}}) == FinishReason::end_of_sequence);
  CHECK(finish({.stop_tokens = {3}}) == FinishReason::stop_token);
  CHECK(finish({.stop_strings = {"cd"}}) == FinishReason::stop_string);
  CHECK(finish({.end_tokens = {3}, .stop_tokens = {3}, .stop_strings = {"d"}}) ==
        FinishReason::end_of_sequence);
  CHECK(finish({.end_tokens = {4}}) == FinishReason::length);
}

TEST_CASE("Before the least number of new tokens nothing ends the generation") {
  // After each token, 0 is the likeliest by far; then 1.
  auto model = ToyModel::bigram({{20, 10, 0}, {20, 10, 0}, {20, 10, 0}});
  const Pieces pieces{{"E", "a", "b"}};
  const auto run = [&](GenerationOptions options) {
    options.min_new_tokens = 3;
    return made(generate(model, pieces, greedy, Tokens{1}, options));
  };
  CHECK(run({.end_tokens = {0}}).tokens == Tokens{1, 1, 1, 0});
  CHECK(run({.stop_tokens = {0}}).tokens == Tokens{1, 1, 1, 0});
  CHECK(run({.end_tokens = {1}, .stop_tokens = {0}}).tokens == Tokens{2, 2, 2, 0});
  const auto sought = run({.max_new_tokens = 9, .stop_strings = {"E"}});
  CHECK(sought.tokens == Tokens{0, 0, 0, 0});
  CHECK(sought.text == "EEE");
  CHECK(run({.max_new_tokens = 3, .end_tokens = {0}}).finish == FinishReason::length);
  CHECK(refusal(generate(model, pieces, greedy, Tokens{1},
                         GenerationOptions{.max_new_tokens = 2, .min_new_tokens = 3})) ==
        "min_new_tokens is 3, but at most 2 new tokens are allowed by max_new_tokens and "
        "max_length; lower it or raise them");
}

TEST_CASE("When the time is over the token that is there is the last") {
  auto model = ToyModel::counting(10);
  const auto run = made(generate(model, NoTokenizer{}, greedy, prompt, {.max_seconds = 0}));
  CHECK(run.tokens == Tokens{3});
  CHECK(run.finish == FinishReason::time);
  CHECK(made(generate(model, NoTokenizer{}, greedy, prompt, {.max_seconds = 60})).tokens.size() ==
        128);
}

TEST_CASE("The callback sees each token in its place, and the last one says why") {
  auto model = ToyModel::counting(10);
  std::vector<std::size_t> positions;
  Tokens tokens;
  std::vector<bool> last;
  const auto run =
      made(generate(model, NoTokenizer{}, greedy, prompt, GenerationOptions{.max_new_tokens = 3},
                    [&](const GenerationEvent& event) {
                      positions.push_back(event.position);
                      tokens.push_back(event.token);
                      last.push_back(event.finish == FinishReason::length);
                      CHECK(event.log_probability == nullptr);
                    }));
  CHECK(positions == std::vector<std::size_t>{3, 4, 5});
  CHECK(tokens == run.tokens);
  CHECK(last == std::vector{false, false, true});
}

TEST_CASE("A callback that returns false ends the generation, at any token") {
  auto model = ToyModel::remembering(20);
  const auto whole = made(generate(model, NoTokenizer{}, sampler, prompt, {.max_new_tokens = 6}));
  for (std::size_t end = 1; end <= 6; ++end) {
    Memory memory(model);
    std::size_t seen = 0;
    const auto run = made(generate(model, memory, NoTokenizer{}, sampler, prompt,
                                   GenerationOptions{.max_new_tokens = 6},
                                   [&](const GenerationEvent&) { return ++seen < end; }));
    CHECK(run.tokens ==
          Tokens(whole.tokens.begin(), whole.tokens.begin() + static_cast<long>(end)));
    CHECK(run.finish == (end < 6 ? FinishReason::cancelled : FinishReason::length));
    // Memory and model go on as if nothing had been.
    CHECK(made(generate(model, memory, NoTokenizer{}, sampler, prompt, {.max_new_tokens = 6}))
              .tokens == whole.tokens);
  }
}

TEST_CASE("A callback that throws leaves model and memory usable, at any token") {
  auto model = ToyModel::remembering(20);
  const auto whole = made(generate(model, NoTokenizer{}, sampler, prompt, {.max_new_tokens = 6}));
  for (std::size_t end = 1; end <= 6; ++end) {
    Memory memory(model);
    std::size_t seen = 0;
    const auto thrower = [&](const GenerationEvent&) {
      if (++seen == end) throw std::runtime_error("no more");
    };
    CHECK_THROWS_AS(
        generate(model, memory, NoTokenizer{}, sampler, prompt, {.max_new_tokens = 6}, thrower),
        std::runtime_error);
    CHECK(memory.tokens().size() == prompt.size() + end - 1);
    CHECK(std::ranges::equal(memory.tokens(), memory.cache().tokens()));
    CHECK(made(generate(model, memory, NoTokenizer{}, sampler, prompt, {.max_new_tokens = 6}))
              .tokens == whole.tokens);
  }
}

TEST_CASE(
    "A row that is not fit to draw from ends the generation with a sentence, and keeps what there "
    "is") {
  struct Breaking : ToyModel {
    explicit Breaking(float with) : ToyModel(ToyModel::counting(10)), with(with) {}
    float with;
    std::vector<float> broken;
    std::span<const float> forward(Cache& cache, std::span<const TokenId> ids) {
      const auto logits = ToyModel::forward(cache, ids);
      if (cache.length() < 5) return logits;
      broken.assign(logits.begin(), logits.end());
      broken[7] = with;
      return broken;
    }
  };
  const Pieces pieces{{"0", "1", "2", "3", "\xC3", "5", "6", "7", "8", "9"}};
  for (const float with :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Breaking model(with);
    std::string shown;
    const auto run = made(generate(model, pieces, greedy, prompt, GenerationOptions{},
                                   [&](const GenerationEvent& event) { shown += event.text; }));
    CHECK(run.finish == FinishReason::error);
    REQUIRE(run.error);
    CHECK(
        run.error->message ==
        "no token could be drawn at position 5, after 3 tokens of the prompt and 2 new ones: the "
        "model returned a logit that is NaN or plus infinity; every logit must be finite, or minus "
        "infinity for a token that cannot come next");
    CHECK(run.tokens == Tokens{3, 4});
    CHECK(run.text == "3\uFFFD");
    CHECK(run.statistics.new_tokens == 2);
    CHECK(shown == "3");
  }
}

TEST_CASE("Bans of everything end the generation with a sentence") {
  auto model = ToyModel::counting(10);
  const auto run = made(generate(
      model, NoTokenizer{}, greedy, prompt, {}, [](const GenerationEvent&) {}, Bans({5}, 0, 100)));
  CHECK(run.tokens == Tokens{3, 4});
  REQUIRE(run.error);
  CHECK(run.error->message ==
        "no token could be drawn at position 5, after 3 tokens of the prompt and 2 new ones: every "
        "token is masked, so none can be drawn; loosen the bans, the grammar or the bias");
  const auto at_once = made(
      generate(model, NoTokenizer{}, greedy, prompt, {.min_new_tokens = 1, .end_tokens = {3}}));
  CHECK(at_once.finish == FinishReason::error);
  CHECK(at_once.tokens.empty());
}

TEST_CASE("A model that returns too few logits, or a sampler that chooses no token, is found out") {
  struct Short : ToyModel {
    Short() : ToyModel(ToyModel::counting(10)) {}
    std::span<const float> forward(Cache& cache, std::span<const TokenId> ids) {
      return ToyModel::forward(cache, ids).first(9);
    }
  } short_model;
  const auto cut = made(generate(short_model, NoTokenizer{}, greedy, prompt));
  REQUIRE(cut.error);
  CHECK(cut.error->message.ends_with("0 new ones: the model returned 9 logits instead of 10"));
  auto model = ToyModel::counting(10);
  const auto stray = made(generate(
      model, NoTokenizer{}, [](auto&) { return Choice{.token = 10}; }, prompt));
  REQUIRE(stray.error);
  CHECK(stray.error->message.ends_with(
      "the sampler chose 10, which is no token; the vocabulary has the ids 0 to 9"));
}

TEST_CASE("Anything that takes an executor and returns a choice is a sampler") {
  auto model = ToyModel::counting(10);
  const auto likeliest = [](auto& row) { return Sampler{Greedy{}}(row); };
  CHECK(made(generate(model, NoTokenizer{}, likeliest, prompt, {.max_new_tokens = 2})).tokens ==
        Tokens{3, 4});
}

TEST_CASE("Sources speak at each step, one, several of different types, or a list") {
  // After 0: 1 is likelier than 2, and 2 than 3. Each goes back to 0.
  auto model = ToyModel::bigram({{0, 9, 8, 7}, {9, 0, 0, 0}, {9, 0, 0, 0}, {9, 0, 0, 0}});
  const auto run = [&](auto sources) {
    return made(generate(
                    model, NoTokenizer{}, greedy, Tokens{0}, GenerationOptions{.max_new_tokens = 5},
                    [](const GenerationEvent&) {}, sources))
        .tokens;
  };
  CHECK(run(std::tuple<>{}) == Tokens{1, 0, 1, 0, 1});
  CHECK(run(NoRepeatNgram(2)) == Tokens{1, 0, 2, 0, 3});
  CHECK(run(std::tuple{NoRepeatNgram(2), Bans({2}, 0, 100)}) == Tokens{1, 0, 3, 0, 0});
  CHECK(run(std::vector{Bans({1}, 0, 3), Bans({2}, 0, 100)}) == Tokens{3, 0, 1, 0, 1});
}

TEST_CASE("The same request gives the same tokens with a cache, without, and from any memory") {
  auto model = ToyModel::remembering(40, 5);
  const Tokens longer{7, 7, 3, 9, 12, 30, 1, 0, 22};
  const GenerationOptions options{.max_new_tokens = 30, .seed = 11};
  const auto sources = std::tuple{NoRepeatNgram(2)};
  const auto quiet = [](const GenerationEvent&) {};
  const auto expected =
      made(generate(model, NoTokenizer{}, sampler, longer, options, quiet, sources)).tokens;
  REQUIRE(expected.size() == 30);

  auto uncached = options;
  uncached.use_cache = false;
  CHECK(made(generate(model, NoTokenizer{}, sampler, longer, uncached, quiet, sources)).tokens ==
        expected);

  // Memories of nothing, of a part, of another end, of the whole and more, of something else.
  for (const Tokens& known : {Tokens{},
                              {7},
                              {7, 7, 3, 9},
                              {7, 7, 3, 8, 5, 5, 5, 5, 5, 5, 5},
                              longer,
                              {7, 7, 3, 9, 12, 30, 1, 0, 22, 4, 4},
                              {5, 5}}) {
    Memory memory(model);
    if (!known.empty()) memory.read(model, known);
    CHECK(made(generate(model, memory, NoTokenizer{}, sampler, longer, options, quiet, sources))
              .tokens == expected);
    CHECK(made(generate(model, memory, NoTokenizer{}, sampler, longer, options, quiet, sources))
              .tokens == expected);
    CHECK(made(generate(model, memory, NoTokenizer{}, sampler, longer, uncached, quiet, sources))
              .tokens == expected);
    CHECK(std::ranges::equal(memory.tokens(), memory.cache().tokens()));
  }
  auto other = options;
  other.seed = 12;
  CHECK(made(generate(model, NoTokenizer{}, sampler, longer, other, quiet, sources)).tokens !=
        expected);
}

TEST_CASE("With a cache each token is read once; without, the whole sequence at each step") {
  auto model = ToyModel::remembering(20);
  made(generate(model, NoTokenizer{}, sampler, prompt, {.max_new_tokens = 5}));
  CHECK(model.tokens_read() == 3 + 4);
  made(generate(model, NoTokenizer{}, sampler, prompt, {.max_new_tokens = 5, .use_cache = false}));
  CHECK(model.tokens_read() == 3 + 4 + (3 + 4 + 5 + 6 + 7));
}

TEST_CASE("Several continuations of one prompt read it once") {
  auto model = ToyModel::remembering(20);
  const Tokens longer(100, 4);
  Memory memory(model);
  memory.read(model, longer);
  std::vector<Tokens> all;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    Memory copy = memory;
    const auto run = made(
        generate(model, copy, NoTokenizer{}, sampler, longer, {.max_new_tokens = 5, .seed = seed}));
    CHECK(run.statistics.cached_tokens == 99);
    CHECK(run.tokens ==
          made(generate(model, NoTokenizer{}, sampler, longer, {.max_new_tokens = 5, .seed = seed}))
              .tokens);
    all.push_back(run.tokens);
  }
  CHECK(all[0] != all[1]);
  CHECK(all[1] != all[2]);
  CHECK(model.tokens_read() == 100 + 3 * (1 + 4) + 3 * (100 + 4));
}

TEST_CASE("A turn of a chat reads only what was added") {
  auto model = ToyModel::remembering(20);
  Memory memory(model);
  Tokens history(50, 2);
  const auto first =
      made(generate(model, memory, NoTokenizer{}, sampler, history, {.max_new_tokens = 10}));
  history.insert(history.end(), first.tokens.begin(), first.tokens.end());
  history.insert(history.end(), 7, 3);
  const std::size_t before = model.tokens_read();
  const auto second =
      made(generate(model, memory, NoTokenizer{}, sampler, history, {.max_new_tokens = 1}));
  CHECK(second.statistics.cached_tokens == 50 + 9);
  CHECK(model.tokens_read() - before == 1 + 7);
  CHECK(second.tokens ==
        made(generate(model, NoTokenizer{}, sampler, history, {.max_new_tokens = 1})).tokens);
}

TEST_CASE("No request depends on those before it, and a sampler that learns may be told to go on") {
  auto model = ToyModel::remembering(20);
  Sampler steering{Mirostat{.tau = 1.0f, .eta = 0.5f}};
  const GenerationOptions options{.max_new_tokens = 20, .seed = 4};
  const auto first = made(generate(model, NoTokenizer{}, steering, prompt, options)).tokens;
  CHECK(made(generate(model, NoTokenizer{}, steering, prompt, options)).tokens == first);
  CHECK(made(generate(model, NoTokenizer{}, std::ref(steering), prompt, options)).tokens == first);
  CHECK(made(generate(model, NoTokenizer{}, std::ref(steering), prompt, options)).tokens != first);
}

TEST_CASE("Log-probabilities are of what was drawn from, and of the model's own distribution") {
  auto model = ToyModel::remembering(30);
  const auto run = made(generate(model, NoTokenizer{},
                                 Chain{RepetitionPenalty{1}, Temperature{0.5f}, TopK{4}}, prompt,
                                 {.max_new_tokens = 20,
                                  .log_probabilities = true,
                                  .raw_log_probabilities = true,
                                  .top_log_probabilities = 6}));
  REQUIRE(run.log_probabilities.size() == 20);
  Tokens tokens = prompt;
  for (std::size_t step = 0; step < 20; ++step) {
    const LogProbability& one = run.log_probabilities[step];
    const auto id = static_cast<std::size_t>(run.tokens[step]);
    const auto raw = model.log_probabilities_after(tokens);
    CHECK(*one.raw == Approx(raw[id]).margin(1e-5));

    std::vector<std::pair<double, TokenId>> order;  // the least id first among equals
    for (std::size_t other = 0; other < raw.size(); ++other)
      order.emplace_back(-raw[other], static_cast<TokenId>(other));
    std::ranges::sort(order);
    double sum = 0;
    for (int rank = 0; rank < 4; ++rank)
      sum += std::exp(-2 * order[static_cast<std::size_t>(rank)].first);
    CHECK(*one.processed == Approx(2 * raw[id] - std::log(sum)).margin(1e-5));
    REQUIRE(one.raw_top.size() == 6);
    REQUIRE(one.processed_top.size() == 4);
    for (std::size_t rank = 0; rank < 6; ++rank) {
      CHECK(one.raw_top[rank].token == order[rank].second);
      CHECK(one.raw_top[rank].log_probability == Approx(-order[rank].first).margin(1e-5));
    }
    CHECK(one.processed_top[0].token == order[0].second);
    tokens.push_back(run.tokens[step]);
  }
}

TEST_CASE("Only the log-probabilities that are asked for are there, and asking changes no token") {
  auto model = ToyModel::remembering(30);
  const auto run = [&](bool processed, bool raw) {
    return made(generate(
        model, NoTokenizer{}, sampler, prompt,
        {.max_new_tokens = 10, .log_probabilities = processed, .raw_log_probabilities = raw}));
  };
  const auto none = run(false, false), both = run(true, true);
  CHECK(none.tokens == both.tokens);
  CHECK(none.log_probabilities.empty());
  CHECK(both.log_probabilities[9].processed_top.empty());
  CHECK_FALSE(run(true, false).log_probabilities[9].raw);
  CHECK_FALSE(run(false, true).log_probabilities[9].processed);
  CHECK(run(true, false).log_probabilities[9].processed == both.log_probabilities[9].processed);
}

TEST_CASE(
    "The log-probability of a sampler that learns is of what it drew from, not of what it learnt") {
  // A third and two thirds at first; either surprise lowers mu so that only the likeliest is left.
  auto model = ToyModel::bigram({{0, std::log(2.0f), tamis::masked}, {1, 0, 0}, {1, 0, 0}});
  const auto run = made(
      generate(model, NoTokenizer{}, Sampler{Mirostat{.tau = 0.01f, .eta = 10, .mu = 2}}, Tokens{0},
               {.max_new_tokens = 2, .end_tokens = {}, .seed = 1, .log_probabilities = true}));
  CHECK(*run.log_probabilities[0].processed ==
        Approx(std::log(run.tokens[0] == 1 ? 2.0 / 3 : 1.0 / 3)));
  CHECK(*run.log_probabilities[1].processed == 0);
}

TEST_CASE("A ban shows in the processed log-probability and not in the raw one") {
  auto model = ToyModel::bigram({{0, 0}, {0, 0}});
  const auto run = made(generate(model, NoTokenizer{}, plain, Tokens{0},
                                 {.max_new_tokens = 1,
                                  .min_new_tokens = 1,
                                  .end_tokens = {0},
                                  .log_probabilities = true,
                                  .raw_log_probabilities = true}));
  CHECK(run.tokens == Tokens{1});
  CHECK(*run.log_probabilities[0].processed == 0);
  CHECK(*run.log_probabilities[0].raw == Approx(std::log(0.5)));
}

TEST_CASE("The draws of the steps are independent of each other") {
  // ExecuTorch's default path seeds a new generator for each token from the clock: every token of a
  // second gets the same coin.
  constexpr std::size_t size = 8, steps = 64000;
  auto model = ToyModel::bigram(std::vector(size, std::vector<float>(size, 0)));
  const auto run = made(generate(model, NoTokenizer{}, plain, Tokens{0},
                                 {.max_new_tokens = static_cast<int>(steps), .seed = 2026}));
  for (const std::size_t apart : {1u, 2u, 3u, 64u}) {
    tamis::testing::DrawCounts pairs(size * size);
    for (std::size_t at = 0; at + apart < steps; at += 2 * apart)
      for (std::size_t i = at; i < at + apart && i + apart < steps; ++i)
        pairs.add(run.tokens[i] * static_cast<TokenId>(size) + run.tokens[i + apart]);
    const auto report = tamis::testing::chi_squared(
        std::vector(size * size, 1.0 / static_cast<double>(size * size)), pairs, 1e-4);
    INFO("apart " << apart << ": p = " << report.p_value);
    CHECK(report.passed());
  }
}

TEST_CASE("Generated sequences are distributed as the model says") {
  // All of the 3^4 sequences, whose probabilities are known, by 20,000 seeds.
  auto model = ToyModel::bigram({{0, 1, 2}, {1.5f, 0, -1}, {-2, 0.5f, 1}});
  std::vector<double> probabilities;
  for (TokenId code = 0; code < 81; ++code)
    probabilities.push_back(std::exp(
        model.log_probability(Tokens{1}, Tokens{code / 27, code / 9 % 3, code / 3 % 3, code % 3})));
  tamis::testing::DrawCounts drawn(81);
  for (std::uint64_t seed = 0; seed < 20000; ++seed) {
    const auto t =
        made(generate(model, NoTokenizer{}, plain, Tokens{1}, {.max_new_tokens = 4, .seed = seed}))
            .tokens;
    drawn.add(t[0] * 27 + t[1] * 9 + t[2] * 3 + t[3]);
  }
  const auto report = tamis::testing::chi_squared(probabilities, drawn, 1e-4);
  INFO("p = " << report.p_value);
  CHECK(report.passed());
}

TEST_CASE("The penalties count as many of the last tokens as they are told to") {
  auto model = ToyModel::bigram({{3, 2, 0}, {3, 2, 0}, {3, 2, 0}});
  const Chain penalized{RepetitionPenalty{2}, Temperature{0}, TopK{0}};
  CHECK(made(generate(model, NoTokenizer{}, penalized, Tokens{0}, {.max_new_tokens = 4})).tokens ==
        Tokens{1, 0, 0, 0});
  CHECK(made(generate(model, NoTokenizer{}, penalized, Tokens{0},
                      {.max_new_tokens = 4, .penalty_window = 1}))
            .tokens == Tokens{1, 0, 1, 0});
}

TEST_CASE("The prompt's reading can be watched and ended") {
  struct Watching {
    std::vector<std::size_t> read = {};
    std::size_t all = 0, end = 10000;
    bool on_prefill(std::size_t done, std::size_t of) {
      read.push_back(done), all = of;
      return done < end;
    }
    void operator()(const GenerationEvent&) {}
  };
  auto model = ToyModel::remembering(20);
  const Tokens longer(700, 4);
  const GenerationOptions options{.max_new_tokens = 2};
  const auto expected = made(generate(model, NoTokenizer{}, sampler, longer, options));
  Watching watching;
  CHECK(made(generate(model, NoTokenizer{}, sampler, longer, options, watching)).tokens ==
        expected.tokens);
  CHECK(watching.read == std::vector<std::size_t>{0, 256, 512});
  CHECK(watching.all == 700);

  Memory memory(model);
  const auto ended =
      made(generate(model, memory, NoTokenizer{}, sampler, longer, options, Watching{.end = 256}));
  CHECK(ended.finish == FinishReason::cancelled);
  CHECK(ended.tokens.empty());
  CHECK(memory.tokens().size() == 256);
  Watching rest;
  CHECK(made(generate(model, memory, NoTokenizer{}, sampler, longer, options, rest)).tokens ==
        expected.tokens);
  CHECK(rest.read == std::vector<std::size_t>{256, 512});
}

TEST_CASE("The statistics tell what was done") {
  auto model = ToyModel::remembering(20);
  const auto run = made(generate(model, NoTokenizer{}, sampler, prompt, {.max_new_tokens = 5}));
  CHECK(run.statistics.prompt_tokens == 3);
  CHECK(run.statistics.cached_tokens == 0);
  CHECK(run.statistics.new_tokens == 5);
  CHECK(run.statistics.prefill_seconds > 0);
  CHECK(run.statistics.decode_seconds > 0);
}
