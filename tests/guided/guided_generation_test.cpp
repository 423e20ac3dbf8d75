/// \file guided_generation_test.cpp
/// Guides within all that generates: beams, batches, drafts, what takes tokens back, and text that is forced.

#include <algorithm>
#include <map>
#include <string>
#include <tamis/generation/batch.hpp>
#include <tamis/generation/generate.hpp>
#include <tamis/generation/generate_beams.hpp>
#include <tamis/generation/prompt_lookup.hpp>
#include <tamis/generation/speculative.hpp>
#include <tamis/guided/choice.hpp>
#include <tamis/guided/grammar_guide.hpp>
#include <tamis/guided/guide_source.hpp>
#include <tamis/guided/regex.hpp>
#include <tamis/policies/mirostat.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/sources/allowed_tokens.hpp>
#include <tamis/sources/any_source.hpp>
#include <tamis/sources/bans.hpp>
#include <tamis/testing/toy_model.hpp>
#include <vector>

#include "../generation/longest_pieces.hpp"
#include "catch.hpp"

using namespace tamis;
using namespace tamis::guided;
using tamis::testing::ToyModel;
using Tokens = std::vector<TokenId>;
using Chain = Sampler<Temperature, Mirostat>;

namespace {

const LongestPieces pieces{{"x", "a", "b", "ab", "ba", "", "c", "abc", "cc", "1"}};
constexpr TokenId end_token = 5;
const Tokens prompt{0};

AnySource guide_by(const std::string& pattern) {
  const auto vocabulary = std::make_shared<const Vocabulary>(pieces.pieces, Tokens{end_token});
  const auto grammar = regex(pattern);
  REQUIRE(grammar);
  const auto compiled = CompiledGrammar::of(*grammar, vocabulary);
  REQUIRE(compiled);
  return GuideSource(GrammarGuide(*compiled));
}

ToyModel model_of(std::uint64_t seed) { return ToyModel::remembering(10, seed); }

Chain chain(float temperature = 1.0f, float tau = 0) { return {Temperature{temperature}, Mirostat{tau, 0.3f, 2 * tau}}; }

GenerationOptions options_of(std::uint64_t seed) {
  return {.max_new_tokens = 24, .end_tokens = {end_token}, .seed = seed};
}

Generation made(Result<Generation> result) {
  if (!result) FAIL(result.error().message);
  return *std::move(result);
}

Generation plain(const std::string& pattern, std::uint64_t seed, GenerationOptions options, float tau = 0) {
  ToyModel model = model_of(seed);
  return made(generate(model, pieces, chain(1, tau), prompt, options, [](const GenerationEvent&) {}, guide_by(pattern)));
}

const std::vector<std::string> patterns = {"(ab|ba){2,6}c?", "a{3}b{3}(c|x)", "(abc|acb|bac){3}", "ab(cab){0,2}x", "abcabcabc"};

}  // namespace

TEST_CASE("Tokens that can be no others come without the model, and are those that it would have drawn") {
  int forced = 0;
  for (const std::string& pattern : patterns) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      const float tau = seed % 2 == 0 ? 0.0f : 1.5f;  // one that learns from what is certain as well
      GenerationOptions options = options_of(seed);
      const Generation skipping = plain(pattern, seed, options, tau);
      options.raw_log_probabilities = true;  // for which the model is asked about each token
      const Generation asking = plain(pattern, seed, options, tau);
      INFO(pattern << " with the seed " << seed);
      CHECK(skipping.tokens == asking.tokens);
      CHECK(skipping.text == asking.text);
      CHECK(skipping.finish == asking.finish);
      CHECK(asking.statistics.forced_tokens == 0);
      forced += skipping.statistics.forced_tokens;
    }
  }
  CHECK(forced > 100);
}

TEST_CASE("Certain tokens have probability one, and events of their own") {
  ToyModel model = model_of(1);
  GenerationOptions options = options_of(1);
  options.log_probabilities = options.kept_tokens = true;
  std::string told;
  Tokens tokens;
  const Generation one = made(generate(
      model, pieces, chain(), prompt, options,
      [&](const GenerationEvent& event) {
        told += event.text;
        tokens.push_back(event.token);
        REQUIRE(event.log_probability);
        CHECK(event.kept.size() >= 1);
      },
      guide_by("1x1x1x")));
  CHECK(told == "1x1x1x");
  CHECK(tokens == one.tokens);
  CHECK(one.statistics.forced_tokens == 6);  // the first is drawn from the prompt's logits, and the end token is certain
  CHECK(model.tokens_read() == 1);
  for (const auto& log : one.log_probabilities) CHECK(*log.processed == Approx(0).margin(1e-9));
}

TEST_CASE("Who ends a generation within forced text gets the tokens of which events have told") {
  ToyModel model = model_of(1);
  const Generation one = made(generate(
      model, pieces, chain(), prompt, options_of(1), [](const GenerationEvent& event) { return event.position < 3; },
      guide_by("1x1x1x")));
  CHECK(one.text == "1x1");
  CHECK((one.tokens == Tokens{9, 0, 9}));
  CHECK(one.finish == FinishReason::cancelled);
}

TEST_CASE("A guide and limits on length, stop strings and other masks hold together") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    GenerationOptions options = options_of(seed);
    options.max_new_tokens = 3;
    CHECK(plain("1x1x1x", seed, options).text == "1x1");
    options = options_of(seed);
    options.stop_strings = {"x1x"};
    CHECK(plain("1x1x1x", seed, options).text == "1");
    options = options_of(seed);
    options.min_new_tokens = 9;
    CHECK(plain("1x1x", seed, options).text == "1x1x");  // the grammar wins
    // What others allow is allowed as far as the guide allows it,
    ToyModel model = model_of(seed);
    std::vector<AnySource> sources{AllowedTokens(Tokens{1, 2, end_token}, 10), guide_by("(ab|ba){3}")};
    const Generation narrow =
        made(generate(model, pieces, chain(), prompt, options_of(seed), [](const GenerationEvent&) {}, sources));
    CHECK(narrow.tokens.size() == 7);  // a or b each time, and no token of both
    // and gives way where nothing were left.
    sources = {AllowedTokens(Tokens{9}, 10), guide_by("(ab|ba){3}")};
    const Generation wins =
        made(generate(model, pieces, chain(), prompt, options_of(seed), [](const GenerationEvent&) {}, sources));
    CHECK(wins.finish == FinishReason::end_of_sequence);
  }
}

TEST_CASE("A mask of fewer tokens than the model has rules out the others") {
  ToyModel model = ToyModel::remembering(77, 3);  // a model may have more tokens than its tokenizer
  const Generation one = made(generate(
      model, NoTokenizer{}, chain(), prompt, options_of(3), [](const GenerationEvent&) {}, guide_by("(ab|ba){2,6}")));
  CHECK(one.finish == FinishReason::end_of_sequence);
  for (const TokenId id : one.tokens) CHECK(id < 10);
}

TEST_CASE("Banned strings go back within a guide; where it leaves nothing else they stay") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    GenerationOptions options = options_of(seed);
    options.banned_strings = {"ab", "xx"};
    const Generation other = plain("(x(ab|ba)x){1,2}", seed, options);
    CHECK_FALSE(other.error);
    CHECK((other.text == "xbax"));
    // The string begins with text that is forced, and does not end so.
    options.banned_strings = {"1ab"};
    const Generation later = plain("1(ab|ba|c)", seed, options);
    CHECK_FALSE(later.error);
    CHECK((later.text == "1ba" || later.text == "1c"));
    const Generation forced = plain("1abc", seed, options);
    CHECK_FALSE(forced.error);
    CHECK(forced.text == "1abc");
  }
}

TEST_CASE("Each beam has a guide of its own, and finds nothing but the language") {
  for (const std::string& pattern : patterns) {
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      for (const BeamOptions& beams :
           {BeamOptions{.num_beams = 4, .num_return_sequences = 3},
            BeamOptions{.num_beams = 4, .num_return_sequences = 4, .num_beam_groups = 2, .diversity_penalty = 0.7},
            BeamOptions{.num_beams = 3, .num_return_sequences = 2, .do_sample = true}}) {
        ToyModel model = model_of(seed);
        GenerationOptions options = options_of(seed);
        options.min_new_tokens = seed % 2 == 0 ? 0 : 20;  // longer than any text: the guide wins
        const auto found = generate_beams(model, pieces, chain(), prompt, beams, options, [](const BeamStep&) {},
                                          std::vector{guide_by(pattern)});
        REQUIRE(found);
        INFO(pattern << " with the seed " << seed);
        CHECK_FALSE(found->error);
        REQUIRE(!found->sequences.empty());
        const auto matches = [&](const std::string& text) {
          const auto grammar = regex(pattern);
          return RegularBuilder::of(*RegexParser(pattern).parse(), false)->matches(text);
        };
        for (const BeamHypothesis& one : found->sequences) {
          CHECK(one.finish == FinishReason::end_of_sequence);
          CHECK(matches(one.text));
        }
      }
    }
  }
}

TEST_CASE("A beam search of a guide finds the likeliest text where the beams are enough") {
  ToyModel model = model_of(4);
  const auto found = generate_beams(model, pieces, Sampler<>(), prompt, {.num_beams = 8, .length_penalty = 0},
                                    options_of(0), [](const BeamStep&) {}, guide_by("a|c|xx"));
  REQUIRE(found);
  // Each text has one way to be written; its sum of log-probabilities under the masks, worked out by hand.
  std::map<std::string, double> sums;
  for (const Tokens& way : {Tokens{1, 5}, Tokens{6, 5}, Tokens{0, 0, 5}}) {
    Tokens before = prompt;
    double sum = 0;
    for (const TokenId id : way) {
      const auto logits = model.logits_after(before);
      double total = 0;
      for (const float z : logits) total += std::exp(double{z});
      sum += logits[static_cast<std::size_t>(id)] - std::log(total);
      before.push_back(id);
    }
    sums[std::string(way.size(), way[0] == 1 ? 'a' : way[0] == 6 ? 'c' : 'x')] = sum;
  }
  double best = -1e9;
  for (const auto& [text, sum] : sums) best = std::max(best, sum);
  CHECK(found->sequences.front().sum == Approx(best).margin(1e-4));
}

TEST_CASE("In a batch each sequence has its guide, and the tokens that it has alone") {
  ToyModel model = model_of(9);
  using Requests = Batch<ToyModel, Chain, LongestPieces, std::vector<AnySource>>;
  auto batch = Requests::of(model, pieces, {.max_running = 5, .max_prefill_tokens = 3});
  REQUIRE(batch);
  std::vector<std::size_t> ids;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Tokens long_prompt(1 + seed % 4, 1);
    const auto id = batch->add({long_prompt, chain(), options_of(10 * seed),
                                {guide_by(patterns[seed % patterns.size()])}, 3});
    REQUIRE(id);
    ids.push_back(*id);
  }
  batch->run();
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const auto together = batch->take(ids[seed]);
    REQUIRE(together);
    for (std::size_t k = 0; k < 3; ++k) {
      GenerationOptions options = options_of(10 * seed + k);
      ToyModel own = model_of(9);
      const Generation alone = made(generate(own, pieces, chain(), Tokens(1 + seed % 4, 1), options,
                                             [](const GenerationEvent&) {}, guide_by(patterns[seed % patterns.size()])));
      CHECK((*together)[k].tokens == alone.tokens);
      CHECK((*together)[k].text == alone.text);
      CHECK_FALSE((*together)[k].error);
    }
  }
}

namespace {

/// Drafts what a guide allows in part: so many right tokens, and then others.
struct Drafts {
  Tokens tokens;
  template <class S>
  Draft draft(const Sequence&, const S&, std::size_t count, Acceptance) {
    Draft draft{tokens};
    if (draft.tokens.size() > count) draft.tokens.resize(count);
    return draft;
  }
};

}  // namespace

TEST_CASE("Drafts are checked by the guide before the model is asked, and change no token") {
  for (const std::string& pattern : patterns) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      ToyModel model = model_of(seed);
      const Generation alone = plain(pattern, seed, options_of(seed));
      PromptLookup lookup;
      Memory memory(model);
      const Generation drafted =
          made(generate_speculative(model, memory, pieces, chain(), prompt, lookup, options_of(seed),
                                    {.acceptance = Acceptance::shared_noise, .max_draft = 5}, [](const GenerationEvent&) {},
                                    std::vector{guide_by(pattern)}));
      INFO(pattern << " with the seed " << seed);
      CHECK(drafted.tokens == alone.tokens);
      CHECK(drafted.text == alone.text);
      Drafts fixed{{1, 2, 6, 0, 9}};
      ToyModel other = model_of(seed);
      Memory fresh(other);
      const Generation rejected = made(generate_speculative(
          other, fresh, pieces, chain(), prompt, fixed, options_of(seed),
          {.acceptance = Acceptance::rejection, .max_draft = 5}, [](const GenerationEvent&) {}, std::vector{guide_by(pattern)}));
      CHECK(rejected.finish == FinishReason::end_of_sequence);
      CHECK_FALSE(rejected.error);
    }
  }
  // What cannot come is not even read.
  ToyModel model = model_of(1);
  Memory memory(model);
  Drafts wrong{{9, 9, 9}};
  const Generation none = made(generate_speculative(model, memory, pieces, chain(), prompt, wrong, options_of(1), {},
                                                    [](const GenerationEvent&) {}, std::vector{guide_by("(ab|ba){4}")}));
  CHECK(none.statistics.speculation.proposed == 0);
}

TEST_CASE("With jump_forward forced text is written as the tokenizer would cut it") {
  GenerationOptions options = options_of(0);
  options.jump_forward = true;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    options.seed = seed;
    const Generation all = plain("abcabccc1", seed, options);
    CHECK((all.tokens == Tokens{7, 7, 8, 9, end_token}));
    CHECK(all.text == "abcabccc1");
    ToyModel model = model_of(seed);
    const Generation again =
        made(generate(model, pieces, chain(), prompt, options, [](const GenerationEvent&) {}, guide_by("abcabccc1")));
    CHECK(again.tokens == all.tokens);
    CHECK(model.tokens_read() == 1);
  }
}

TEST_CASE("The end of forced text that may go on in one token is left to the model") {
  GenerationOptions options = options_of(0);
  options.jump_forward = true;
  std::map<Tokens, int> seen;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    options.seed = seed;
    const Generation one = plain("1a(bc|x)", seed, options);
    CHECK((one.text == "1abc" || one.text == "1ax"));
    ++seen[one.tokens];
  }
  CHECK(seen[Tokens{9, 7, end_token}] > 0);     // 1, abc
  CHECK(seen[Tokens{9, 1, 0, end_token}] > 0);  // 1, a, x
}

TEST_CASE("With jump_forward texts are of the language, in batches and with banned strings, drafts and stops too") {
  for (const std::string& pattern : {std::string("(abcabc|bacbac)(cc|x)"), std::string("x(ab|ba){1,3}abc1")}) {
    const auto language = RegularBuilder::of(*RegexParser(pattern).parse(), false);
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
      GenerationOptions options = options_of(seed);
      options.jump_forward = true;
      INFO(pattern << " with the seed " << seed);
      const Generation alone = plain(pattern, seed, options);
      CHECK_FALSE(alone.error);
      CHECK(language->matches(alone.text));
      ToyModel model = model_of(seed);
      using Requests = Batch<ToyModel, Chain, LongestPieces, AnySource>;
      auto batch = Requests::of(model, pieces, {.max_running = 2});
      const auto id = batch->add({prompt, chain(), options, guide_by(pattern), 2});
      REQUIRE(id);
      batch->run();
      CHECK(batch->take(*id)->front().tokens == alone.tokens);
      PromptLookup lookup;
      Memory memory(model);
      const Generation drafted = made(generate_speculative(model, memory, pieces, chain(), prompt, lookup, options, {},
                                                           [](const GenerationEvent&) {}, guide_by(pattern)));
      CHECK(drafted.tokens == alone.tokens);
      options.banned_strings = {"bacbac", "baba"};
      const Generation banning = plain(pattern, seed, options);
      CHECK_FALSE(banning.error);
      CHECK(language->matches(banning.text));
      CHECK(banning.text.find("bacbac") == std::string::npos);
      CHECK(banning.text.find("baba") == std::string::npos);
      options.banned_strings = {};
      options.stop_sequences = {{7}};
      const Generation stopped = plain(pattern, seed, options);
      CHECK_FALSE(stopped.error);
    }
  }
}
