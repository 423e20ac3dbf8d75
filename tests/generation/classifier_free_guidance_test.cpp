#include <tamis/generation/classifier_free_guidance.hpp>

#include <cmath>
#include <limits>
#include <tamis/generation/generate.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/testing/toy_model.hpp>

#include "catch.hpp"

using namespace tamis;
using tamis::testing::ToyModel;
using Tokens = std::vector<TokenId>;

static Tokens joined(Tokens front, const Tokens& back) {
  front.insert(front.end(), back.begin(), back.end());
  return front;
}

/// What HF's formula makes of the model's answers after two texts.
static std::vector<double> guided(const ToyModel& model, const Tokens& text, const Tokens& other,
                                  double scale) {
  const auto c = model.log_probabilities_after(text), u = model.log_probabilities_after(other);
  std::vector<double> z;
  for (std::size_t i = 0; i < c.size(); ++i) z.push_back(scale * (c[i] - u[i]) + u[i]);
  return z;
}

static void check_equal(std::span<const float> logits, const std::vector<double>& expected) {
  REQUIRE(logits.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    REQUIRE(logits[i] == Approx(expected[i]).margin(1e-5));
}

TEST_CASE("Guidance goes from the log-probabilities after one text to those after the other") {
  // After 0: 0.8 and 0.2; after 1: 0.5 and 0.5.
  auto model = ToyModel::bigram({{std::log(8.0f), std::log(2.0f)}, {3.0f, 3.0f}});
  const auto z = [&](double scale) {
    ClassifierFreeGuidance two(model, scale, Tokens{0}, {1});
    auto cache = two.start();
    const auto logits = two.forward(cache, Tokens{0});
    return std::vector<float>(logits.begin(), logits.end());
  };
  CHECK(z(0)[0] == Approx(std::log(0.5)));
  CHECK(z(2)[0] == Approx(std::log(0.8 * 0.8 / 0.5)));
  CHECK(z(2)[1] == Approx(std::log(0.2 * 0.2 / 0.5)));
  CHECK(z(0.5)[1] == Approx(std::log(std::sqrt(0.2 * 0.5))));
}

TEST_CASE("Guidance of scale one is the model, bit for bit, and does not read the other text") {
  auto model = ToyModel::remembering(20);
  const Tokens prompt = {1, 2, 3};
  ClassifierFreeGuidance two(model, 1, prompt, {4, 5, 6, 7});
  auto cache = two.start();
  const std::size_t before = model.tokens_read();
  const auto logits = two.forward(cache, prompt);
  CHECK(std::ranges::equal(logits, model.logits_after(prompt)));
  CHECK(model.tokens_read() - before == 3);
}

TEST_CASE("Guidance reads both prompts, in whatever pieces, and then each token with both") {
  auto model = ToyModel::remembering(20);
  const Tokens prompt = {1, 2, 3}, negative = {9, 8, 7, 6}, more = {4, 5, 6};
  const Tokens all = joined(prompt, more);
  for (unsigned pieces = 0; pieces < 32; ++pieces) {  // a bit for each place where to part
    ClassifierFreeGuidance two(model, 1.7, prompt, negative);
    auto cache = two.start();
    std::size_t from = 0;
    for (std::size_t to = 1; to <= all.size(); ++to) {
      if (to < all.size() && !(pieces >> (to - 1) & 1)) continue;
      const auto logits = two.forward(cache, std::span(all).subspan(from, to - from));
      from = to;
      if (to < prompt.size()) continue;
      const Tokens text(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(to));
      const Tokens behind(text.begin() + 3, text.end());
      check_equal(logits, guided(model, text, joined(negative, behind), 1.7));
    }
    CHECK(cache.length() == 6);
  }
}

TEST_CASE("Without a negative prompt, guidance leads away from the prompt's last token alone") {
  auto model = ToyModel::remembering(20);
  ClassifierFreeGuidance two(model, 1.5, Tokens{1, 2, 3});
  auto cache = two.start();
  check_equal(two.forward(cache, Tokens{1, 2, 3}), guided(model, {1, 2, 3}, {3}, 1.5));
  check_equal(two.forward(cache, Tokens{4}), guided(model, {1, 2, 3, 4}, {3, 4}, 1.5));
}

TEST_CASE("A guided memory that is rewound goes on as if nothing had come after") {
  auto model = ToyModel::remembering(20);
  const Tokens prompt = {1, 2, 3, 4}, negative = {9, 8};
  ClassifierFreeGuidance two(model, 2, prompt, negative);
  Memory memory(two);
  const auto check = [&](const Tokens& behind) {
    check_equal(memory.read(two, joined(prompt, behind)),
                guided(model, joined(prompt, behind), joined(negative, behind), 2));
  };
  check({});
  check({5, 6, 7});
  check({5, 6, 8});
  check({5});
  check({});  // the last of the prompt is read again, and of the negative one
  check({6});
  memory.read(two, Tokens{1, 2});
  check({});
  Memory copy = memory;
  copy.read(two, joined(prompt, {7, 7}));
  check({8});
}

TEST_CASE("A token that is masked after either text is as after the prompt") {
  auto model = ToyModel::bigram({{0, masked, 0}, {0, 0, masked}, {0, 0, 0}});
  ClassifierFreeGuidance two(model, 3, Tokens{0}, {1});
  auto cache = two.start();
  const auto logits = two.forward(cache, Tokens{0});
  CHECK(logits[0] == Approx(std::log(0.5)));
  CHECK(logits[1] == masked);
  CHECK(logits[2] == Approx(std::log(0.5)));
}

TEST_CASE("Logits that are no numbers stay so, after either text; great ones stay finite") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const auto& table :
       {std::vector<std::vector<float>>{{nan, 0}, {0, 0}}, {{0, 0}, {0, nan}}}) {
    auto model = ToyModel::bigram(table);
    ClassifierFreeGuidance two(model, 2, Tokens{0}, {1});
    auto made = generate(two, NoTokenizer{}, Sampler{Greedy{}}, Tokens{0}, {.max_new_tokens = 1});
    REQUIRE(made);
    CHECK(made->finish == FinishReason::error);
  }
  auto model = ToyModel::bigram({{0, 3e38f}, {3e38f, 0}});
  ClassifierFreeGuidance two(model, 100, Tokens{0}, {1});
  auto made = generate(two, NoTokenizer{}, Sampler{Greedy{}}, Tokens{0}, {.max_new_tokens = 1});
  CHECK(made->tokens == Tokens{1});
}

TEST_CASE("generate draws from guided logits") {
  auto model = ToyModel::remembering(30);
  const Tokens prompt = {1, 2, 3}, negative = {7, 7, 7, 7, 7};
  ClassifierFreeGuidance two(model, 3, prompt, negative);
  auto made = generate(two, NoTokenizer{}, Sampler{Greedy{}}, prompt, {.max_new_tokens = 30});
  REQUIRE(made);
  Tokens expected;
  for (int i = 0; i < 30; ++i) {
    const auto z = guided(model, joined(prompt, expected), joined(negative, expected), 3);
    expected.push_back(static_cast<TokenId>(std::ranges::max_element(z) - z.begin()));
  }
  CHECK(made->tokens == expected);
}

TEST_CASE("The context of a guided model is as much shorter as its negative prompt is longer") {
  auto model = ToyModel::counting(5, 10);
  CHECK(ClassifierFreeGuidance(model, 2, Tokens{1, 2}, {1, 2, 3, 4, 0}).context_size() == 7);
  CHECK(ClassifierFreeGuidance(model, 2, Tokens{1, 2}, {1}).context_size() == 10);
}

static_assert(LanguageModel<ClassifierFreeGuidance<ToyModel>>);
