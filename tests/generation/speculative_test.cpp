#include <tamis/generation/speculative.hpp>

#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <tamis/generation/draft_model.hpp>
#include <tamis/generation/prompt_lookup.hpp>
#include <tamis/metrics/acceptance_rate.hpp>
#include <tamis/policies/mirostat.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/sources/no_repeat_ngram.hpp>
#include <tamis/testing/chi_squared.hpp>
#include <tamis/testing/draw_counts.hpp>
#include <tamis/testing/toy_model.hpp>
#include <vector>

#include "catch.hpp"
#include "pieces.hpp"

using namespace tamis;
using tamis::testing::ToyModel;
using Tokens = std::vector<TokenId>;

/// One type for all samplers, for each takes long to compile.
using Chain = Sampler<RepetitionPenalty, Temperature, TopK, Mirostat>;
static Chain chain(float penalty, float temperature, unsigned k, float tau = 0) {
  return {RepetitionPenalty{penalty}, Temperature{temperature}, TopK{k},
          Mirostat{tau, 0.3f, 2 * tau}};
}

static Generation made(Result<Generation> result) {
  if (!result) FAIL(result.error().message);
  return *std::move(result);
}

/// Drafts at random, with now and then what is right; the worst there is.
struct Noisy {
  ToyModel* model;
  std::uint64_t calls = 0;

  template <class S>
  Draft draft(const Sequence& sequence, const S& sampler, std::size_t count, Acceptance) {
    Draft draft;
    Sequence ahead = sequence;
    S own = sampler;
    for (std::size_t i = 0; i < count; ++i) {
      ++calls;
      const std::vector<float> logits = model->logits_after(ahead.tokens());
      auto row = row_of(logits, ahead.stream(), ahead.facts());
      TokenId token = own(row).token;
      if (Stream{calls, 4}.uniform(1, 1) < 0.3f)
        token = static_cast<TokenId>(calls % static_cast<std::uint64_t>(model->vocab_size()));
      draft.tokens.push_back(token);
      ahead.append(token);
    }
    return draft;
  }
};

TEST_CASE(
    "Under shared noise the tokens are those without drafts, whatever sampler, drafter and "
    "length") {
  const std::vector<Chain> samplers{chain(1, 1, 0), chain(1.4f, 0.8f, 3), chain(1, 0, 0),
                                    chain(1.3f, 1.2f, 0, 1.2f)};
  const std::vector<Tokens> prompts{{0}, {1, 2, 1, 2, 1}, {3, 1, 4, 1, 5, 2, 2, 4, 3, 1, 4}};
  std::uint64_t accepted = 0, rejected = 0;
  for (const Chain& sampler : samplers)
    for (const Tokens& prompt : prompts)
      for (const std::size_t max_draft : {0u, 1u, 3u, 16u})
        for (const bool adaptive : {false, true}) {
          auto model = ToyModel::remembering(6, 3);
          auto small = ToyModel::remembering(6, 3, 2.5f);  // like the other, but flatter
          GenerationOptions options{.max_new_tokens = 40, .seed = max_draft + 7};
          options.raw_log_probabilities = options.log_probabilities = true;
          options.prompt_log_probabilities = max_draft == 3;
          const NoRepeatNgram source(4);
          const Generation plain = made(
              generate(model, NoTokenizer{}, sampler, prompt, options, detail::Unheard{}, source));
          const auto check = [&](auto drafter) {
            Memory memory(model);
            const Generation run = made(generate_speculative(
                model, memory, NoTokenizer{}, sampler, prompt, drafter, options,
                {.max_draft = max_draft, .adaptive = adaptive}, detail::Unheard{}, source));
            REQUIRE(run.tokens == plain.tokens);
            REQUIRE(run.finish == plain.finish);
            REQUIRE(run.prompt_log_probabilities.size() == plain.prompt_log_probabilities.size());
            for (std::size_t i = 0; i < run.prompt_log_probabilities.size(); ++i)
              REQUIRE(run.prompt_log_probabilities[i].raw == plain.prompt_log_probabilities[i].raw);
            REQUIRE(run.log_probabilities.size() == plain.log_probabilities.size());
            for (std::size_t i = 0; i < run.tokens.size(); ++i) {
              REQUIRE(run.log_probabilities[i].raw == plain.log_probabilities[i].raw);
              REQUIRE(run.log_probabilities[i].processed == plain.log_probabilities[i].processed);
            }
            Tokens read = prompt;
            read.insert(read.end(), run.tokens.begin(),
                        run.tokens.end() - (run.tokens.empty() ? 0 : 1));
            const auto known = memory.tokens();
            REQUIRE(Tokens(known.begin(), known.end()) == read);
            const metrics::Speculation& all = run.statistics.speculation;
            REQUIRE(all.accepted <= all.proposed);
            REQUIRE(run.tokens.size() <= 1 + all.steps + all.accepted);
            if (max_draft == 0) REQUIRE(all.proposed == 0);
            accepted += all.accepted;
            rejected += all.proposed - all.accepted;
          };
          check(PromptLookup(1));
          check(Noisy{&model});
          check(*DraftModel<ToyModel>::of(small, 6));
          check(*DraftModel<ToyModel, NoRepeatNgram>::of(small, 6, source));
        }
  CHECK(accepted > 1000);
  CHECK(rejected > 1000);
}

TEST_CASE("A sampler that is lent learns the same with and without drafts") {
  auto model = ToyModel::remembering(6, 3);
  const Tokens prompt{1, 2};
  Chain alone = chain(1, 1.5f, 0, 1), drafted = alone;
  PromptLookup lookup(1);
  for (std::uint64_t turn = 0; turn < 5; ++turn) {
    const GenerationOptions options{.max_new_tokens = 20, .seed = turn};
    Memory memory(model);
    CHECK(made(generate_speculative(model, memory, NoTokenizer{}, std::ref(drafted), prompt, lookup,
                                    options))
              .tokens ==
          made(generate(model, NoTokenizer{}, std::ref(alone), prompt, options)).tokens);
  }
}

/// The probability of the tokens after the prompt, by the sampler's own distributions.
static double probability_of(const ToyModel& model, const Chain& sampler, const Tokens& prompt,
                             const Tokens& tokens) {
  Sequence sequence(prompt);
  double log_sum = 0;
  for (const TokenId id : tokens) {
    const auto logits = model.logits_after(sequence.tokens());
    auto row = row_of(logits, sequence.stream(), sequence.facts());
    log_sum += sampler.distribution(row).log_probability(id);
    sequence.append(id);
  }
  return std::exp(log_sum);
}

TEST_CASE("Drafts change nothing in the distribution of whole sequences") {
  constexpr int vocabulary = 3, length = 5, runs = 10000;
  auto model = ToyModel::remembering(vocabulary, 21, 2);
  auto small = ToyModel::remembering(vocabulary, 22, 2);  // another model altogether
  const Tokens prompt{0, 1, 2, 0, 1};
  for (const Chain& sampler : {chain(1, 1, 0), chain(1.5f, 0.8f, 2)}) {
    std::vector<double> exact;
    for (int code = 0; code < 243; ++code) {
      Tokens tokens;
      for (int i = 0, rest = code; i < length; ++i, rest /= vocabulary)
        tokens.push_back(rest % vocabulary);
      exact.push_back(probability_of(model, sampler, prompt, tokens));
    }
    for (const Acceptance acceptance : {Acceptance::rejection, Acceptance::shared_noise}) {
      auto check = [&](auto drafter, SpeculationOptions speculation) {
        testing::DrawCounts counts(exact.size());
        for (int seed = 0; seed < runs; ++seed) {
          Memory memory(model);
          const Generation run = made(generate_speculative(
              model, memory, NoTokenizer{}, sampler, prompt, drafter,
              {.max_new_tokens = length, .seed = static_cast<std::uint64_t>(seed)}, speculation));
          int code = 0;
          for (int i = length; i-- > 0;)
            code = code * vocabulary + run.tokens[static_cast<std::size_t>(i)];
          counts.add(code);
        }
        const auto report = testing::chi_squared(exact, counts, 1e-4);
        INFO("statistic " << report.statistic << " of " << report.degrees_of_freedom << ", p "
                          << report.p_value);
        CHECK(report.degrees_of_freedom > 20);
        CHECK(report.passed());
      };
      check(PromptLookup(1), {.acceptance = acceptance, .max_draft = 3});
      check(*DraftModel<ToyModel>::of(small, vocabulary),
            {.acceptance = acceptance, .max_draft = 3, .adaptive = false});
    }
  }
}

TEST_CASE(
    "By rejection sum min(p, q) of the drafted tokens is accepted, and by sharing noise less") {
  // After each token the same probabilities, in another order: so each draft is accepted with the
  // same chance.
  const std::vector<float> p{0, 1, 2}, q{2, 0, 1};
  std::vector<std::vector<float>> target(3), draft(3);
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b) {
      target[a].push_back(p[(a + b) % 3]);
      draft[a].push_back(q[(a + b) % 3]);
    }
  auto model = ToyModel::bigram(target), small = ToyModel::bigram(draft);
  const auto of_target = model.log_probabilities_after(Tokens{0}),
             of_draft = small.log_probabilities_after(Tokens{0});
  double alpha = 0;
  for (std::size_t id = 0; id < 3; ++id) alpha += std::exp(std::min(of_target[id], of_draft[id]));

  const auto run = [&](Acceptance acceptance, std::size_t max_draft) {
    metrics::Speculation all;
    auto drafter = *DraftModel<ToyModel>::of(small, 3);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      Memory memory(model);
      const auto one =
          made(generate_speculative(
                   model, memory, NoTokenizer{}, chain(1, 1, 0), Tokens{0}, drafter,
                   {.max_new_tokens = 500, .seed = seed},
                   {.acceptance = acceptance, .max_draft = max_draft, .adaptive = false}))
              .statistics.speculation;
      all.steps += one.steps, all.proposed += one.proposed, all.accepted += one.accepted;
    }
    return all;
  };
  // Drafts of one token: each is accepted or not for itself. Four standard deviations.
  const auto single = run(Acceptance::rejection, 1);
  const double deviation = std::sqrt(alpha * (1 - alpha) / static_cast<double>(single.proposed));
  CHECK(single.proposed > 5000);
  CHECK(std::abs(metrics::acceptance_rate(single) - alpha) < 4 * deviation);
  const auto four = run(Acceptance::rejection, 4);
  CHECK(metrics::tokens_per_step(four) ==
        Approx(metrics::expected_tokens_per_step(alpha, 4)).epsilon(0.03));
  CHECK(metrics::acceptance_rate(run(Acceptance::shared_noise, 1)) < alpha - 4 * deviation);
}

/// All that a callback can see.
struct Seen {
  std::size_t position;
  TokenId token;
  std::string text;
  std::optional<FinishReason> finish;
  bool operator==(const Seen&) const = default;
};

TEST_CASE("Length, stops, end tokens, texts and events are those without drafts") {
  const Pieces pieces{{"a", "b", " ", "ab", "<end>", "\xE2\x82", "\xAC"}, {4}};
  auto model = ToyModel::remembering(7, 9);
  const Tokens prompt{0, 1, 0, 1, 0};
  std::vector<GenerationOptions> requests;
  for (const int count : {0, 1, 2, 7, 30}) requests.push_back({.max_new_tokens = count});
  requests.push_back({.max_new_tokens = 50, .max_length = 9});
  requests.push_back({.end_tokens = {4}});
  requests.push_back({.min_new_tokens = 25, .end_tokens = {4}, .stop_tokens = {2}});
  requests.push_back({.stop_strings = {"abab", "b b"}});
  requests.push_back(
      {.min_new_tokens = 9, .stop_strings = {"ab"}, .stop_ending = StopStrings::Ending::kept});
  requests.push_back({.max_seconds = 0});
  std::map<FinishReason, int> ends;
  for (GenerationOptions options : requests)
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      options.seed = seed;
      std::vector<Seen> alone, drafted;
      const auto listen_to = [](std::vector<Seen>& seen) {
        return [&seen](const GenerationEvent& e) {
          seen.push_back({e.position, e.token, std::string(e.text), e.finish});
        };
      };
      const Generation plain =
          made(generate(model, pieces, chain(1, 1, 0), prompt, options, listen_to(alone)));
      Noisy drafter{&model};
      Memory memory(model);
      const Generation run =
          made(generate_speculative(model, memory, pieces, chain(1, 1, 0), prompt, drafter, options,
                                    {.max_draft = 5}, listen_to(drafted)));
      CHECK(drafted == alone);
      CHECK(run.tokens == plain.tokens);
      CHECK(run.text == plain.text);
      CHECK(run.finish == plain.finish);
      CHECK(run.stop_string == plain.stop_string);
      CHECK(run.statistics.prompt_tokens == 5);
      CHECK(run.statistics.new_tokens == plain.statistics.new_tokens);
      ++ends[run.finish];
    }
  CHECK(ends.size() == 5);
}

TEST_CASE(
    "Where a banned string goes back, drafts change no token, and the sampler forgets alike") {
  const Pieces pieces{{"a", "b", " ", "ab", "c", "d"}, {}};
  auto model = ToyModel::remembering(6, 9);
  const Tokens prompt{0, 1, 0};
  int rollbacks = 0;
  for (const Chain& sampler : {chain(1, 1, 0), chain(1.2f, 1.5f, 0, 1)})
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const GenerationOptions options{
          .max_new_tokens = 30, .banned_strings = {"ba", "c d", "dd"}, .seed = seed};
      Chain alone = sampler, lent = sampler;
      const Generation plain = made(generate(model, pieces, std::ref(alone), prompt, options));
      Noisy drafter{&model};
      Memory memory(model);
      const Generation run = made(
          generate_speculative(model, memory, pieces, std::ref(lent), prompt, drafter, options));
      REQUIRE(run.tokens == plain.tokens);
      REQUIRE(run.text == plain.text);
      REQUIRE(run.statistics.rollbacks == plain.statistics.rollbacks);
      rollbacks += run.statistics.rollbacks;
      // What the two have learnt shows in what they keep of another row.
      const auto logits = model.logits_after(prompt);
      auto a = row_of(logits, Stream{}), b = row_of(logits, Stream{});
      CHECK(alone.distribution(a).entropy() == lent.distribution(b).entropy());
    }
  CHECK(rollbacks > 50);
}

struct Requested {
  int* asked;
  bool stop_requested() const { return ++*asked > 3; }
};

TEST_CASE("A stop that is requested ends it before the next pass") {
  auto model = ToyModel::counting(10);
  PromptLookup lookup;
  Memory memory(model);
  int asked = 0;
  const auto run =
      made(generate_speculative(model, memory, NoTokenizer{}, chain(1, 0, 0), Tokens{3, 4}, lookup,
                                {}, {}, detail::Unheard{}, std::tuple<>(), Requested{&asked}));
  CHECK(run.finish == FinishReason::cancelled);
  CHECK(run.tokens == Tokens{5, 6, 7, 8});
}

TEST_CASE("A model whose context is full is never asked for more than it takes") {
  auto model = ToyModel::counting(10, 8);
  const Tokens prompt{3, 4, 5};
  Noisy drafter{&model};
  Memory memory(model);
  const auto run =
      made(generate_speculative(model, memory, NoTokenizer{}, chain(1, 0, 0), prompt, drafter));
  CHECK(run.tokens == Tokens{6, 7, 8, 9, 0});
  CHECK(run.finish == FinishReason::context_full);
}

TEST_CASE("A callback may cancel or throw at any token, and model and memory stay usable") {
  auto model = ToyModel::remembering(6, 3);
  const Tokens prompt{1, 2, 1, 2};
  const GenerationOptions options{.max_new_tokens = 12, .seed = 4};
  const Generation plain = made(generate(model, NoTokenizer{}, chain(1, 1, 0), prompt, options));
  for (std::size_t at = 0; at < 11; ++at) {
    Memory memory(model);
    Noisy drafter{&model};
    std::size_t seen = 0;
    const auto stopped = made(
        generate_speculative(model, memory, NoTokenizer{}, chain(1, 1, 0), prompt, drafter, options,
                             {}, [&](const GenerationEvent&) { return seen++ < at; }));
    CHECK(stopped.finish == FinishReason::cancelled);
    CHECK(stopped.tokens ==
          Tokens(plain.tokens.begin(), plain.tokens.begin() + static_cast<std::ptrdiff_t>(at + 1)));
    seen = 0;
    const auto throwing = [&](const GenerationEvent&) {
      if (seen++ == at) throw std::runtime_error("enough");
    };
    CHECK_THROWS(generate_speculative(model, memory, NoTokenizer{}, chain(1, 1, 0), prompt, drafter,
                                      options, {}, throwing));
    CHECK(made(generate_speculative(model, memory, NoTokenizer{}, chain(1, 1, 0), prompt, drafter,
                                    options))
              .tokens == plain.tokens);
    CHECK(made(generate(model, memory, NoTokenizer{}, chain(1, 1, 0), prompt, options)).tokens ==
          plain.tokens);
  }
}

TEST_CASE("A callback may ask the same model for something else") {
  auto model = ToyModel::remembering(6, 3);
  const Tokens prompt{1, 2, 1, 2};
  PromptLookup lookup(1);
  Memory memory(model);
  const GenerationOptions options{.max_new_tokens = 30};
  const auto other = [&](const GenerationEvent&) {
    (void)generate(model, NoTokenizer{}, chain(1, 1, 0), prompt, {.max_new_tokens = 2});
  };
  CHECK(made(generate_speculative(model, memory, NoTokenizer{}, chain(1, 1, 0), prompt, lookup,
                                  options, {}, other))
            .tokens ==
        made(generate(model, NoTokenizer{}, chain(1, 1, 0), prompt, options)).tokens);
}

TEST_CASE("What goes wrong with drafts is said") {
  auto model = ToyModel::remembering(6, 3);
  const Tokens prompt{1, 2};
  PromptLookup lookup;
  Memory memory(model);
  const auto refusal = [&](auto sampler, GenerationOptions options,
                           SpeculationOptions speculation) {
    const auto run = generate_speculative(model, memory, NoTokenizer{}, sampler, prompt, lookup,
                                          options, speculation);
    return run ? "not refused" : run.error().message;
  };
  CHECK(refusal(chain(1, 1, 0), {.use_cache = false}, {}) ==
        "use_cache is false, but drafts are read into a cache and taken back; set it to true, or "
        "draft nothing");
  const auto first = [](auto& row) { return Sampler<Temperature>{Temperature{0}}(row); };
  CHECK(refusal(first, {}, {}) == "not refused");
  CHECK(refusal(first, {}, {.acceptance = Acceptance::rejection}) ==
        "this sampler cannot judge drafts by rejection, for it does not say what it draws from, or "
        "learns only from its own "
        "draws; let drafts be accepted by shared noise");
  CHECK(refusal(chain(1, 1, 0), {.max_new_tokens = -1}, {}) ==
        "max_new_tokens is -1; it must be 0 or more");
}
