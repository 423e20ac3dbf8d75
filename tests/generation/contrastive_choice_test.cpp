#include <cmath>
#include <tamis/backends/row_of.hpp>
#include <tamis/generation/contrastive_choice.hpp>
#include <tamis/sampler.hpp>
#include <vector>

#include "catch.hpp"
#include "layered_toy.hpp"

using namespace tamis;
using Tokens = std::vector<TokenId>;

static double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double product = 0, first = 0, second = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += a[i] * b[i];
    first += a[i] * a[i];
    second += b[i] * b[i];
  }
  return product / std::sqrt(first * second);
}

TEST_CASE("The choice is the likely token whose hidden state is least like those before") {
  LayeredToy toy;
  for (const double alpha : {0.0, 0.4, 1.0}) {
    ContrastiveChoice<LayeredToy, Sampler<>> choose(toy, Sampler<>(), {alpha, 3});
    Tokens text{1, 2, 3};
    choose.read(text);
    for (int step = 0; step < 12; ++step) {
      const auto logits = choose.logits();
      const std::vector<float> z(logits.begin(), logits.end());
      CHECK(z == toy.head(toy.hidden_state(text, toy.layers)));
      double sum = 0, most = -1e9;
      for (const float x : z) sum += std::exp(x);
      TokenId expected = -1;
      for (TokenId id = 0; id < toy.vocabulary; ++id) {
        const float own = z[static_cast<std::size_t>(id)];
        if (std::count_if(z.begin(), z.end(), [&](float x) { return x > own; }) >= 3) continue;
        Tokens longer = text;
        longer.push_back(id);
        double like = -1;
        for (std::size_t length = 1; length <= text.size(); ++length)
          like = std::max(like, cosine(toy.hidden_state(std::span(text).first(length), toy.layers),
                                       toy.hidden_state(longer, toy.layers)));
        const double score = (1 - alpha) * std::exp(own) / sum - alpha * like;
        if (score > most) most = score, expected = id;
      }
      auto row = row_of(std::span<const float>(z), Stream{});
      const Choice choice = choose(row);
      CAPTURE(alpha, step);
      REQUIRE(choice.token == expected);
      CHECK(choice.surprise ==
            Approx(std::log(sum) - z[static_cast<std::size_t>(expected)]).margin(1e-5));
      text.push_back(choice.token);
      CHECK(choose.length() == text.size());
    }
    choose.rewind(4);
    const auto logits = choose.logits();
    CHECK(std::vector<float>(logits.begin(), logits.end()) ==
          toy.head(toy.hidden_state(std::span(text).first(4), toy.layers)));
  }
}

TEST_CASE("A row that is not fit to choose from gives no token but a fault") {
  LayeredToy toy;
  ContrastiveChoice<LayeredToy, Sampler<>> choose(toy, Sampler<>(), {});
  choose.read(Tokens{1});
  const std::vector<float> none(12, masked), wrong(12, NAN);
  auto row = row_of(std::span<const float>(none), Stream{});
  CHECK(choose(row).fault == Fault::all_masked);
  auto other = row_of(std::span<const float>(wrong), Stream{});
  CHECK(choose(other).fault == Fault::invalid_logit);
  CHECK(choose.length() == 1);
}

/// Its cache goes back by one token, and no more.
struct Forgetful : LayeredToy {
  struct Cache : LayeredToy::Cache {
    void rewind(int length) {
      if (this->length() - length <= 1) LayeredToy::Cache::rewind(length);
    }
  };
  Cache start() const { return {}; }
};

TEST_CASE("Where a cache cannot go back as far as the text does, the text is read again") {
  LayeredToy toy;
  Forgetful forgetful;
  ContrastiveChoice<LayeredToy, Sampler<>> one(toy, Sampler<>(), {0.5, 3});
  ContrastiveChoice<Forgetful, Sampler<>> other(forgetful, Sampler<>(), {0.5, 3});
  const auto go_on = [](auto& choose) {
    Tokens tokens;
    for (int step = 0; step < 6; ++step) {
      const auto logits = choose.logits();
      const std::vector<float> z(logits.begin(), logits.end());
      auto row = row_of(std::span<const float>(z), Stream{});
      tokens.push_back(choose(row).token);
    }
    return tokens;
  };
  one.read(Tokens{1, 2, 3, 4});
  other.read(Tokens{1, 2, 3, 4});
  const Tokens first = go_on(one);
  CHECK(go_on(other) == first);
  for (const std::size_t length : {8u, 3u}) {
    one.rewind(length);
    other.rewind(length);
    CHECK(other.length() == length);
    CHECK(go_on(other) == go_on(one));
  }
}
