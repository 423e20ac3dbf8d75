#include <algorithm>
#include <cmath>
#include <cstddef>
#include <tamis/generation/dola.hpp>
#include <tamis/generation/generate.hpp>
#include <tamis/policies/greedy.hpp>
#include <vector>

#include "catch.hpp"
#include "layered_toy.hpp"

using namespace tamis;
using Tokens = std::vector<TokenId>;

static std::vector<double> softmax(const std::vector<float>& logits) {
  std::vector<double> p(logits.begin(), logits.end());
  double sum = 0;
  for (double& x : p) sum += x = std::exp(x);
  for (double& x : p) x /= sum;
  return p;
}

static double divergence(const std::vector<double>& p, const std::vector<double>& q) {
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double m = (p[i] + q[i]) / 2;
    sum += 0.5 * (p[i] * std::log(p[i] / m) + q[i] * std::log(q[i] / m));
  }
  return sum;
}

TEST_CASE("DoLa's logits are the gain over the early layer that diverges most") {
  LayeredToy toy;
  const std::vector<int> layers{0, 2, 5};
  auto dola = Dola<LayeredToy>::of(toy, {5, 0, 2, 2});
  REQUIRE(dola);
  CHECK(std::ranges::equal(dola->layers(), layers));
  auto cache = dola->start();
  Tokens text;
  std::vector<int> used;
  for (const Tokens& ids :
       {Tokens{1, 2, 3}, Tokens{4}, Tokens{5, 6}, Tokens{7}, Tokens{8}, Tokens{9}}) {
    text.insert(text.end(), ids.begin(), ids.end());
    const auto logits = dola->forward(cache, ids);
    const auto p = softmax(toy.head(toy.hidden_state(text, toy.layers)));
    // HF takes the mean of KL(m, p) and KL(m, q), the other way round than the paper.
    double most = -1;
    int layer = 0;
    std::vector<double> q;
    for (const int one : layers) {
      const auto early = softmax(toy.head(toy.hidden_state(text, one)));
      double sum = 0;
      for (std::size_t i = 0; i < p.size(); ++i) {
        const double m = (p[i] + early[i]) / 2;
        sum += 0.5 * m * (std::log(m / p[i]) + std::log(m / early[i]));
      }
      if (sum > most) most = sum, layer = one, q = early;
    }
    CHECK(divergence(p, q) > 0);
    CHECK(dola->last_layer() == layer);
    used.push_back(layer);
    REQUIRE(logits.size() == p.size());
    const double least = 0.1 * *std::ranges::max_element(p);
    for (std::size_t i = 0; i < p.size(); ++i)
      if (p[i] < least)
        CHECK(logits[i] == masked);
      else
        CHECK(logits[i] == Approx(std::log(p[i] / q[i])).margin(1e-5));
  }
  CHECK(std::ranges::adjacent_find(used, std::ranges::not_equal_to{}) != used.end());
}

TEST_CASE("DoLa is a language model: it generates, and rewinds as its model does") {
  LayeredToy toy;
  auto dola = Dola<LayeredToy>::of(toy, dola_layers(DolaRange::high, toy));
  REQUIRE(dola);
  const Tokens prompt{1, 2};
  GenerationOptions options{.max_new_tokens = 6};
  const auto made = generate(*dola, NoTokenizer{}, Sampler{Greedy{}}, prompt, options);
  options.use_cache = false;
  const auto again = generate(*dola, NoTokenizer{}, Sampler{Greedy{}}, prompt, options);
  REQUIRE(made);
  REQUIRE(again);
  CHECK(made->tokens.size() == 6);
  CHECK(made->tokens == again->tokens);
}

TEST_CASE("Layers that DoLa cannot contrast are refused with a sentence") {
  LayeredToy toy;
  CHECK(Dola<LayeredToy>::of(toy, {}).error().message ==
        "there is no layer to contrast with; give one or more");
  CHECK(Dola<LayeredToy>::of(toy, {2, 6}).error().message ==
        "layer 6 cannot be contrasted with the last, 6; those before it are 0 to 5");
  CHECK_FALSE(Dola<LayeredToy>::of(toy, {-1}));
}
