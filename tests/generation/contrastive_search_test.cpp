#include <algorithm>
#include <cstddef>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <tamis/generation/contrastive_search.hpp>
#include <tamis/generation/dola.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/sources/no_repeat_ngram.hpp>
#include <tuple>
#include <vector>

#include "catch.hpp"
#include "layered_toy.hpp"
#include "pieces.hpp"
#include "real_model.hpp"

using namespace tamis;
using Json = nlohmann::json;
using Tokens = std::vector<TokenId>;

static const Pieces letters{{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"}};

TEST_CASE("A contrastive search is a generation: its events, stops, sources and limits hold") {
  LayeredToy toy;
  const Tokens prompt{1, 2};
  std::string shown;
  const auto plain = contrastive_search(toy, letters, Sampler<>(), prompt, {.penalty_alpha = 0.5},
                                        {.max_new_tokens = 12},
                                        [&](const GenerationEvent& event) { shown += event.text; });
  REQUIRE(plain);
  CHECK(plain->tokens.size() == 12);
  CHECK(shown == plain->text);
  CHECK(plain->statistics.new_tokens == 12);

  const std::string stop = plain->text.substr(3, 2);
  const auto stopped = contrastive_search(toy, letters, Sampler<>(), prompt, {.penalty_alpha = 0.5},
                                          {.max_new_tokens = 12, .stop_strings = {stop}});
  REQUIRE(stopped);
  CHECK(stopped->finish == FinishReason::stop_string);
  CHECK(stopped->text == plain->text.substr(0, plain->text.find(stop)));

  const auto cancelled = contrastive_search(
      toy, letters, Sampler<>(), prompt, {.penalty_alpha = 0.5}, {.max_new_tokens = 12},
      [](const GenerationEvent& event) { return event.position < 4; });
  REQUIRE(cancelled);
  CHECK(cancelled->tokens == Tokens(plain->tokens.begin(), plain->tokens.begin() + 3));

  const auto unrepeated = contrastive_search(
      toy, letters, Sampler<>(), prompt, {.penalty_alpha = 0.1, .top_k = 1}, {.max_new_tokens = 10},
      [](const GenerationEvent&) {}, std::tuple{NoRepeatNgram{1}});
  REQUIRE(unrepeated);
  Tokens all = prompt;
  all.insert(all.end(), unrepeated->tokens.begin(), unrepeated->tokens.end());
  std::ranges::sort(all);
  CHECK(std::ranges::adjacent_find(all) == all.end());

  CHECK_FALSE(contrastive_search(toy, letters, Sampler<>(), prompt, {.top_k = 0}));
  CHECK_FALSE(contrastive_search(toy, letters, Sampler<>(), Tokens{}));
}

TEST_CASE("A banned string takes tokens back from a contrastive search too") {
  LayeredToy toy;
  const Tokens prompt{1, 2};
  const auto plain =
      contrastive_search(toy, letters, Sampler<>(), prompt, {}, {.max_new_tokens = 12});
  REQUIRE(plain);
  const std::string banned = plain->text.substr(4, 2);
  const auto other = contrastive_search(toy, letters, Sampler<>(), prompt, {},
                                        {.max_new_tokens = 12, .banned_strings = {banned}});
  REQUIRE(other);
  CHECK(other->tokens.size() == 12);
  CHECK(other->text.find(banned) == std::string::npos);
  CHECK(other->statistics.rollbacks > 0);
  CHECK(other->text.substr(0, 4) == plain->text.substr(0, 4));
}

TEST_CASE("Of one candidate, or without a penalty, it is greedy") {
  LayeredToy toy;
  const Tokens prompt{3};
  const auto greedy =
      generate(toy, NoTokenizer{}, Sampler{Greedy{}}, prompt, {.max_new_tokens = 10});
  REQUIRE(greedy);
  for (const ContrastiveOptions& options : {ContrastiveOptions{0.7, 1}, ContrastiveOptions{0, 5}}) {
    const auto made = contrastive_search(toy, NoTokenizer{}, Sampler<>(), prompt, options,
                                         {.max_new_tokens = 10});
    REQUIRE(made);
    CHECK(made->tokens == greedy->tokens);
  }
}

// The real model.

static Tokens continued(Llama& model, const Json& line) {
  const Json& parameters = line.at("params");
  const auto prompt = line.at("prompt_ids").get<Tokens>();
  const GenerationOptions options{.max_new_tokens = parameters.at("max_new_tokens").get<int>(),
                                  .end_tokens = {2}};
  const Sampler sampler{RepetitionPenalty{parameters.value("repetition_penalty", 1.0f)}, Greedy{}};
  if (line.at("mode") == "contrastive") {
    const auto made = contrastive_search(
        model, NoTokenizer{}, sampler, prompt,
        {parameters.at("penalty_alpha").get<double>(), parameters.at("top_k").get<int>()}, options);
    REQUIRE(made);
    return made->tokens;
  }
  const Json& wanted = parameters.at("dola_layers");
  auto dola = Dola<Llama>::of(
      model, wanted.is_string()
                 ? dola_layers(wanted == "low" ? DolaRange::low : DolaRange::high, model)
                 : wanted.get<std::vector<int>>());
  REQUIRE(dola);
  const auto made = generate(*dola, NoTokenizer{}, sampler, prompt, options);
  REQUIRE(made);
  return made->tokens;
}

/// The first step at which two choices are as good as equal.
static std::size_t first_near(const Json& line, const char* name, double margin) {
  const auto margins = line.value(name, std::vector<double>());
  const auto near = std::ranges::find_if(margins, [&](double m) { return m < margin; });
  return near == margins.end() ? 1000 : static_cast<std::size_t>(near - margins.begin());
}

/// Compares each `every`th line of these modes up to the first near-tie; returns how many steps.
static std::size_t compare(const std::string& mode, std::size_t every) {
  RealModel* const it = real_model();
  if (!it) return 0;
  std::ifstream file(TAMIS_TESTS_DIR "/golden/strategies.jsonl");
  std::size_t lines = 0, steps = 0;
  for (std::string text; std::getline(file, text);) {
    const Json line = Json::parse(text);
    if (line.at("mode") != mode || lines++ % every != 0) continue;
    INFO(mode << " " << line.at("prompt") << " " << line.at("params"));
    const auto expected = line.at("new_ids").get<Tokens>();
    const std::size_t sure = std::min(
        {first_near(line, "margin", 5e-4), first_near(line, "top2_margin", 5e-3), expected.size()});
    const Tokens made = continued(it->model, line);
    REQUIRE(made.size() >= sure);
    CHECK(std::equal(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(sure),
                     made.begin()));
    if (sure == expected.size()) CHECK(made == expected);
    steps += sure;
  }
  return steps;
}

TEST_CASE("Contrastive search on a real model finds the tokens of transformers") {
  compare("contrastive", 5);
}

TEST_CASE("DoLa on a real model finds the tokens of transformers") { compare("dola", 5); }

TEST_CASE("All contrastive searches and all DoLa find the tokens of transformers", "[slow]") {
  if (!model_path()) return;
  CHECK(compare("contrastive", 1) >= 190);
  CHECK(compare("dola", 1) >= 300);
}
