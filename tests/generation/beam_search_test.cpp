#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <tamis/generation/generate_beams.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/sources/no_repeat_ngram.hpp>
#include <tamis/sources/prefix_allowed_tokens.hpp>
#include <tamis/testing/chi_squared.hpp>
#include <tamis/testing/toy_model.hpp>
#include <tuple>
#include <vector>

#include "catch.hpp"
#include "pieces.hpp"

using namespace tamis;
using tamis::testing::ToyModel;
using Tokens = std::vector<TokenId>;
using Plain = Sampler<>;

struct Found {
  Tokens tokens;
  double sum, score;
};

/// Every continuation that ends with `end` or has `longest` tokens, by falling score.
static std::vector<Found> all_continuations(const ToyModel& model, const Tokens& prompt,
                                            std::size_t longest, TokenId end, double penalty) {
  std::vector<Found> open{{{}, 0, 0}}, all;
  while (!open.empty()) {
    const Found one = open.back();
    open.pop_back();
    Tokens text = prompt;
    text.insert(text.end(), one.tokens.begin(), one.tokens.end());
    const auto added = model.log_probabilities_after(text);
    for (TokenId id = 0; id < model.vocab_size(); ++id) {
      Found next{one.tokens, one.sum + added[static_cast<std::size_t>(id)], 0};
      next.tokens.push_back(id);
      next.score = next.sum / std::pow(static_cast<double>(next.tokens.size()), penalty);
      (id == end || next.tokens.size() == longest ? all : open).push_back(std::move(next));
    }
  }
  std::ranges::stable_sort(all, [](const Found& a, const Found& b) { return a.score > b.score; });
  return all;
}

static BeamGeneration beams(ToyModel& model, const Tokens& prompt, const BeamOptions& wanted,
                            const GenerationOptions& options) {
  auto found = generate_beams(model, NoTokenizer{}, Plain(), prompt, wanted, options);
  REQUIRE(found);
  REQUIRE_FALSE(found->error);
  return *std::move(found);
}

TEST_CASE("With enough beams the search finds what an exhaustive one finds, whatever the penalty") {
  for (const double penalty : {0.0, 1.0, 2.0, -0.5})
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
      auto model = ToyModel::remembering(4, seed);
      // A prompt far longer than what is generated: its length may not count.
      Tokens prompt(50);
      std::iota(prompt.begin(), prompt.end(), 0);
      for (TokenId& id : prompt) id %= 4;
      const auto expected = all_continuations(model, prompt, 4, 3, penalty);
      const auto found = beams(model, prompt,
                               {.num_beams = 256,
                                .num_return_sequences = 20,
                                .length_penalty = penalty,
                                .early_stopping = EarlyStopping::never},
                               {.max_new_tokens = 4, .end_tokens = {3}});
      REQUIRE(found.sequences.size() == 20);
      for (std::size_t i = 0; i < 20; ++i) {
        CAPTURE(penalty, seed, i);
        CHECK(found.sequences[i].tokens == expected[i].tokens);
        CHECK(found.sequences[i].score == Approx(expected[i].score).margin(1e-5));
        CHECK(found.sequences[i].sum == Approx(expected[i].sum).margin(1e-5));
        CHECK(found.sequences[i].finish == (expected[i].tokens.back() == 3
                                                ? FinishReason::end_of_sequence
                                                : FinishReason::length));
      }
    }
}

TEST_CASE("The scores that come back are those of the sequence that they come with") {
  auto model = ToyModel::remembering(10, 7);
  const Tokens prompt{1, 2, 3};
  const auto found =
      beams(model, prompt, {.num_beams = 5, .num_return_sequences = 5, .length_penalty = 0.7},
            {.max_new_tokens = 9, .end_tokens = {0, 4}});
  for (const BeamHypothesis& one : found.sequences) {
    REQUIRE(one.token_scores.size() == one.tokens.size());
    Tokens text = prompt;
    for (std::size_t i = 0; i < one.tokens.size(); ++i) {
      const auto id = static_cast<std::size_t>(one.tokens[i]);
      CHECK(one.token_scores[i] == Approx(model.log_probabilities_after(text)[id]).margin(1e-5));
      text.push_back(one.tokens[i]);
    }
    CHECK(one.sum == Approx(model.log_probability(prompt, one.tokens)).margin(1e-4));
    CHECK(one.score == Approx(one.sum / std::pow(one.tokens.size(), 0.7)));
  }
  CHECK(std::ranges::is_sorted(found.sequences,
                               [](const auto& a, const auto& b) { return a.score > b.score; }));
}

TEST_CASE("One beam is greedy; without a cache, the same") {
  auto model = ToyModel::remembering(30, 11);
  const Tokens prompt{5, 6};
  Tokens greedy;
  for (int i = 0; i < 12; ++i) {
    Tokens text = prompt;
    text.insert(text.end(), greedy.begin(), greedy.end());
    const auto logits = model.logits_after(text);
    greedy.push_back(static_cast<TokenId>(std::ranges::max_element(logits) - logits.begin()));
  }
  for (const bool cache : {true, false}) {
    const auto found =
        beams(model, prompt, {.num_beams = 1}, {.max_new_tokens = 12, .use_cache = cache});
    CHECK(found.sequences[0].tokens == greedy);
  }
  const BeamOptions three{.num_beams = 3, .num_return_sequences = 3};
  const auto with = beams(model, prompt, three, {.max_new_tokens = 12});
  const auto without = beams(model, prompt, three, {.max_new_tokens = 12, .use_cache = false});
  for (int i = 0; i < 3; ++i) CHECK(with.sequences[i].tokens == without.sequences[i].tokens);
}

TEST_CASE("The prompt is read once, and what a memory knows of it not at all") {
  auto model = ToyModel::remembering(30, 11);
  Memory memory(model);
  memory.read(model, Tokens{1, 2, 3, 4, 5});
  const std::size_t before = model.tokens_read();
  const auto found = generate_beams(model, memory, NoTokenizer{}, Plain(), Tokens{1, 2, 3, 4, 5, 6},
                                    {.num_beams = 4}, {.max_new_tokens = 5});
  REQUIRE(found);
  CHECK(found->statistics.cached_tokens == 5);
  CHECK(found->statistics.prompt_tokens == 6);
  CHECK(model.tokens_read() - before == 1 + 4 * 4);
}

TEST_CASE("A batch of searches finds what each finds alone, whatever it is asked for") {
  auto model = ToyModel::remembering(9, 21);
  struct Request {
    Tokens prompt;
    BeamOptions beams;
    GenerationOptions options;
  };
  std::vector<Request> requests;
  for (int i = 0; i < 12; ++i) {
    Request one;
    for (int t = 0; t <= i; ++t) one.prompt.push_back((3 * t + i) % 9);
    one.beams.num_beams = 1 + i % 5;
    one.beams.num_return_sequences = 1 + i % one.beams.num_beams;
    one.beams.length_penalty = 0.5 * (i % 4);
    one.beams.early_stopping = static_cast<EarlyStopping>(i % 3);
    one.beams.do_sample = i % 4 == 3;
    if (i % 5 == 3 && !one.beams.do_sample)
      one.beams.num_beam_groups = 2, one.beams.diversity_penalty = 1;
    one.options.max_new_tokens = 3 + 2 * (i % 6);
    one.options.end_tokens = {0};
    one.options.seed = static_cast<std::uint64_t>(i);
    requests.push_back(one);
  }
  using Search = BeamSearch<Plain>;
  std::vector<Search> searches;
  const NoTokenizer none;
  for (const Request& r : requests) {
    auto search = Search::of(model, none, Plain(), r.prompt, r.beams, r.options);
    REQUIRE(search);
    searches.push_back(*std::move(search));
  }
  drive_beam_searches(model, std::span(searches));
  for (std::size_t i = 0; i < requests.size(); ++i) {
    REQUIRE(searches[i].is_over());
    const auto together = std::move(searches[i]).generation();
    const auto alone = beams(model, requests[i].prompt, requests[i].beams, requests[i].options);
    CAPTURE(i);
    REQUIRE(together.sequences.size() == alone.sequences.size());
    for (std::size_t j = 0; j < alone.sequences.size(); ++j) {
      CHECK(together.sequences[j].tokens == alone.sequences[j].tokens);
      CHECK(together.sequences[j].score == alone.sequences[j].score);
    }
  }
}

TEST_CASE("Sampled beams are drawn without replacement from what all beams say together") {
  // The first step of 2 beams draws 4 of 6 tokens; with one token to come, the first 2 are
  // finished.
  auto model = ToyModel::bigram(std::vector(6, std::vector<float>{0, 1, 2, 0.5f, -1, masked}));
  const auto p = model.log_probabilities_after(Tokens{0});
  std::vector<double> expected(36);
  for (std::size_t a = 0; a < 6; ++a)
    for (std::size_t b = 0; b < 6; ++b)
      if (a != b) expected[6 * a + b] = std::exp(p[a] + p[b]) / (1 - std::exp(p[a]));
  // The pair comes back sorted by score, so the order of drawing is folded.
  std::vector<double> pairs(36);
  for (std::size_t a = 0; a < 6; ++a)
    for (std::size_t b = 0; b < 6; ++b)
      pairs[p[a] > p[b] ? 6 * a + b : 6 * b + a] += expected[6 * a + b];
  testing::DrawCounts drawn(36);
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    const auto found =
        beams(model, {0}, {.num_beams = 2, .num_return_sequences = 2, .do_sample = true},
              {.max_new_tokens = 1, .seed = seed});
    drawn.add(6 * found.sequences[0].tokens[0] + found.sequences[1].tokens[0]);
  }
  const auto report = testing::chi_squared(pairs, drawn);
  CAPTURE(report.statistic, report.critical());
  CHECK(report.degrees_of_freedom > 5);
  CHECK(report.passed());
}

TEST_CASE("Sampled beams differ by seed alone, and truncations hold for them") {
  auto model = ToyModel::remembering(40, 3, 1);
  const auto run = [&](std::uint64_t seed) {
    auto found =
        generate_beams(model, NoTokenizer{}, Sampler{Temperature{1.5f}, TopK{3}}, Tokens{1},
                       {.num_beams = 3, .num_return_sequences = 3, .do_sample = true},
                       {.max_new_tokens = 8, .seed = seed});
    REQUIRE(found);
    return *std::move(found);
  };
  const auto a = run(1), b = run(1), c = run(2);
  for (std::size_t i = 0; i < 3; ++i) CHECK(a.sequences[i].tokens == b.sequences[i].tokens);
  CHECK(a.sequences[0].tokens != c.sequences[0].tokens);
  for (const BeamHypothesis& one : a.sequences) {
    Tokens text{1};
    for (const TokenId id : one.tokens) {
      const auto logits = model.logits_after(text);
      const float z = logits[static_cast<std::size_t>(id)];
      CHECK(std::ranges::count_if(logits, [&](float other) { return other > z; }) < 3);
      text.push_back(id);
    }
  }
}

TEST_CASE("Penalties and bans act on the log-softmax of each beam by its own history") {
  auto model = ToyModel::remembering(6, 2, 1);
  const Tokens prompt{1, 2};
  auto found = generate_beams(
      model, NoTokenizer{}, Sampler{RepetitionPenalty{1.5f}}, prompt,
      {.num_beams = 3, .num_return_sequences = 3}, {.max_new_tokens = 7}, [](const BeamStep&) {},
      std::tuple{NoRepeatNgram{2}});
  REQUIRE(found);
  for (const BeamHypothesis& one : found->sequences) {
    Tokens text = prompt;
    for (std::size_t i = 0; i < one.tokens.size(); ++i) {
      const TokenId id = one.tokens[i];
      double z = model.log_probabilities_after(text)[static_cast<std::size_t>(id)];
      if (std::ranges::count(text, id) > 0) z *= 1.5;
      CHECK(one.token_scores[i] == Approx(z).margin(1e-5));
      for (std::size_t at = 0; at + 1 < text.size(); ++at)
        CHECK_FALSE((text[at] == text.back() && text[at + 1] == id));
      text.push_back(id);
    }
  }
}

TEST_CASE("Prefix-constrained beams are the best of the allowed texts") {
  auto model = ToyModel::remembering(5, 8);
  // Rising by one or two, until nothing is left.
  const auto rising = [](std::span<const TokenId> tokens) {
    return Tokens{tokens.back() + 1, tokens.back() + 2};
  };
  auto found = generate_beams(
      model, NoTokenizer{}, Plain(), Tokens{0},
      {.num_beams = 8, .num_return_sequences = 8, .length_penalty = 0},
      {.max_new_tokens = 9, .end_tokens = {4}}, [](const BeamStep&) {},
      PrefixAllowedTokens(5, rising));
  REQUIRE(found);
  // 1234, 124, 134, 24, 234: those that reach the end; 13 and others have no other way.
  REQUIRE(found->sequences.size() == 5);
  for (const BeamHypothesis& one : found->sequences) {
    CHECK(one.finish == FinishReason::end_of_sequence);
    CHECK(one.sum == Approx(model.log_probability(Tokens{0}, one.tokens)).margin(1e-5));
  }
  found = generate_beams(
      model, NoTokenizer{}, Plain(), Tokens{4}, {.num_beams = 2}, {.max_new_tokens = 9},
      [](const BeamStep&) {}, PrefixAllowedTokens(5, rising));
  REQUIRE(found);
  CHECK(found->sequences.empty());
  CHECK(found->error->message ==
        "the beam search found no sequence: after 0 new tokens every token was masked in every "
        "beam; loosen what bans them");
}

TEST_CASE("Nothing ends before min_new_tokens, and limits end every beam") {
  auto model = ToyModel::remembering(5, 5);
  for (const int least : {0, 3, 6}) {
    const auto found = beams(model, {1}, {.num_beams = 4, .num_return_sequences = 4},
                             {.max_new_tokens = 6, .min_new_tokens = least, .end_tokens = {0, 2}});
    for (const BeamHypothesis& one : found.sequences) {
      CHECK(one.tokens.size() > static_cast<std::size_t>(least == 6 ? 5 : least));
      for (std::size_t i = 0; i + 1 < one.tokens.size(); ++i)
        CHECK((one.tokens[i] != 0 && one.tokens[i] != 2));
    }
  }
  auto narrow = ToyModel::bigram({{0, 1}, {1, 0}}, 5);
  const auto full = beams(narrow, {0, 1}, {.num_beams = 2}, {.max_new_tokens = 50});
  CHECK(full.sequences[0].tokens.size() == 3);
  CHECK(full.sequences[0].finish == FinishReason::context_full);
  CHECK(beams(model, {1}, {.num_beams = 2}, {.max_new_tokens = 6, .max_seconds = 0})
            .sequences[0]
            .finish == FinishReason::time);
}

TEST_CASE("A stop string ends a beam wherever it stands, and its text is cut there") {
  const Pieces pieces{{"a", "b", "c", "ab", "<end>"}, {4}};
  auto model = ToyModel::remembering(5, 6, 1);
  const auto found =
      generate_beams(model, pieces, Plain(), Tokens{2}, {.num_beams = 4, .num_return_sequences = 4},
                     {.max_new_tokens = 8, .end_tokens = {4}, .stop_strings = {"ba", "cc"}});
  REQUIRE(found);
  std::size_t stopped = 0;
  for (const BeamHypothesis& one : found->sequences) {
    std::string text;
    for (const TokenId id : one.tokens) text += id == 4 ? "" : pieces.bytes(id);
    const auto at = std::min(text.find("ba"), text.find("cc"));
    CHECK(one.text == text.substr(0, at));
    CHECK((at != std::string::npos) == (one.finish == FinishReason::stop_string));
    if (at != std::string::npos) CHECK(one.stop_string == (text.substr(at, 2) == "ba" ? 0 : 1));
    stopped += at != std::string::npos;
  }
  CHECK(stopped > 0);
}

TEST_CASE("Groups are pushed apart: with a great penalty they begin differently") {
  auto model = ToyModel::remembering(20, 9);
  const auto found = beams(
      model, {3},
      {.num_beams = 4, .num_return_sequences = 4, .num_beam_groups = 4, .diversity_penalty = 100},
      {.max_new_tokens = 5});
  REQUIRE(found.sequences.size() == 4);
  for (std::size_t step = 0; step < 5; ++step) {
    Tokens taken;
    for (const BeamHypothesis& one : found.sequences) taken.push_back(one.tokens[step]);
    std::ranges::sort(taken);
    CHECK(std::ranges::adjacent_find(taken) == taken.end());
  }
}

TEST_CASE("A search can be cancelled, and gives what there is") {
  auto model = ToyModel::remembering(20, 9);
  const auto found = generate_beams(
      model, NoTokenizer{}, Plain(), Tokens{1}, {.num_beams = 3, .num_return_sequences = 3},
      {.max_new_tokens = 50}, [](const BeamStep& step) { return step.new_tokens < 4; });
  REQUIRE(found);
  REQUIRE(found->sequences.size() == 3);
  for (const BeamHypothesis& one : found->sequences) {
    CHECK(one.tokens.size() == 4);
    CHECK(one.finish == FinishReason::cancelled);
    CHECK(one.sum == Approx(model.log_probability(Tokens{1}, one.tokens)).margin(1e-5));
  }
}

TEST_CASE("Logits that are none end the search with a sentence, and what was found stays") {
  auto model = ToyModel::bigram({{0, 5, masked}, {1, NAN, 0}, {0, 0, 0}});
  const auto found = generate_beams(model, NoTokenizer{}, Plain(), Tokens{0}, {.num_beams = 2},
                                    {.max_new_tokens = 5});
  REQUIRE(found);
  REQUIRE(found->error);
  CHECK(
      found->error->message ==
      "the beam search ended at position 2, after 1 tokens of the prompt and 1 new ones: the model "
      "returned a logit that is NaN or plus infinity; every logit must be finite, or minus "
      "infinity "
      "for a token that cannot come next");
  CHECK(found->sequences[0].finish == FinishReason::error);
  CHECK(found->sequences[0].tokens == Tokens{1});
}

TEST_CASE("A request that cannot be met is refused before the model is asked") {
  auto model = ToyModel::counting(5);
  const auto refused = [&](const Tokens& prompt, const BeamOptions& wanted,
                           const GenerationOptions& options) {
    const auto found = generate_beams(model, NoTokenizer{}, Plain(), prompt, wanted, options);
    REQUIRE_FALSE(found);
    CHECK(model.tokens_read() == 0);
    return found.error().message;
  };
  CHECK(refused({}, {}, {}) == "the prompt is empty; it needs at least one token");
  CHECK(refused({1}, {.num_return_sequences = 9}, {}).find("num_return_sequences is 9") == 0);
  CHECK(refused({1}, {}, {.end_tokens = {7}}).find("end token 7 is not in") == 0);
}
