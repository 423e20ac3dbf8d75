#include <tamis/generation/score.hpp>

#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <tamis/testing/toy_model.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;
using tamis::testing::ToyModel;
using Tokens = std::vector<TokenId>;

static const Tokens text{3, 1, 4, 1, 5, 2, 0, 5, 3, 5, 1, 0, 4, 4, 2};

static std::vector<double> scored(ToyModel& model, ScoreWindow window) {
  auto logs = score(model, text, window);
  if (!logs) FAIL(logs.error().message);
  return *std::move(logs);
}

TEST_CASE("A token is scored given those before it in the first window that it is in") {
  auto model = ToyModel::remembering(6, 8);
  for (const ScoreWindow window :
       {ScoreWindow{15, 15}, {99, 99}, {99, 1}, {4, 4}, {4, 1}, {4, 3}, {2, 1}, {7, 5}}) {
    const auto logs = scored(model, window);
    REQUIRE(logs.size() == text.size() - 1);
    for (std::size_t at = 1; at < text.size(); ++at) {
      std::size_t begin = 0;  // of the first window that has the token
      while (begin + window.size <= at) begin += window.stride;
      if (window.stride == window.size && begin > 0) --begin;  // its first token follows one too
      const std::span<const TokenId> before = std::span(text).subspan(begin, at - begin);
      INFO("window " << window.size << " stride " << window.stride << " token " << at);
      CHECK(logs[at - 1] ==
            Approx(model.log_probabilities_after(before)[static_cast<std::size_t>(text[at])])
                .margin(1e-9));
    }
  }
}

TEST_CASE(
    "No more is remembered than a window, and each token is read as often as windows have it") {
  auto model = ToyModel::remembering(6, 8);
  (void)scored(model, {15, 15});
  CHECK(model.tokens_read() == 14);  // not the last
  (void)scored(model, {5, 3});
  CHECK(model.tokens_read() == 14 + 4 + 4 + 4 + 4 + 2);
}

TEST_CASE("A text longer than the context is scored in windows that are not") {
  auto model = ToyModel::counting(10, 6);
  Tokens counting;
  for (TokenId id = 0; id < 50; ++id) counting.push_back(id % 10);
  const auto logs = score(model, counting, ScoreWindow{6, 3});
  REQUIRE(logs);
  for (const double log : *logs) CHECK(log == 0);
  CHECK(score(model, counting).error().message ==
        "the window is 50 tokens, but the model takes 6; make it smaller");
}

TEST_CASE("What cannot be scored is said") {
  auto model = ToyModel::remembering(6, 8);
  const auto fault = [&](const Tokens& ids, ScoreWindow window) {
    const auto logs = score(model, ids, window);
    return logs ? "none" : logs.error().message;
  };
  CHECK(fault({1}, {4, 4}) ==
        "the text has 1 tokens; two or more are needed, for the first has nothing that it could "
        "follow from");
  CHECK(fault({1, 6}, {4, 4}) == "there is no token 6; the model's are 0 to 5");
  CHECK(fault({1, 2}, {1, 1}) == "the window is 1; it must be 2 or more");
  CHECK(fault({1, 2}, {4, 0}) == "the stride is 0; it must be from 1 to the window, which is 4");
  CHECK(fault({1, 2}, {4, 5}) == "the stride is 5; it must be from 1 to the window, which is 4");
  auto broken = ToyModel::bigram({{0, std::numeric_limits<float>::quiet_NaN()}, {0, 0}});
  CHECK(score(broken, Tokens{0, 1}).error().message == sentence_of(Fault::invalid_logit));
}
