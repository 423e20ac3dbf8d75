#include <tamis/generation/drawn.hpp>

#include <cmath>
#include <span>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/sampler.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("What is noted of a draw is what was asked for") {
  const std::vector<float> row{1, 3, 2, -1};
  const std::span<const float> logits = row;
  const Sequence sequence(std::vector<TokenId>{0}, 4);
  const Sampler sampler{Temperature{1}, TopK{2}};

  const Drawn plain = Drawn::of(sampler, logits, sequence, {});
  CHECK((plain.choice.token == 1 || plain.choice.token == 2));
  CHECK_FALSE(plain.log_probability.raw);
  CHECK_FALSE(plain.log_probability.processed);
  CHECK(plain.kept.empty());

  GenerationOptions options;
  options.log_probabilities = options.raw_log_probabilities = options.kept_tokens = true;
  options.top_log_probabilities = 3;
  const Drawn noted = Drawn::of(sampler, logits, sequence, options);
  CHECK(noted.choice.token == plain.choice.token);
  CHECK(noted.kept == std::vector<TokenId>{1, 2});
  const double z = noted.choice.logit;
  CHECK(*noted.log_probability.processed == Approx(z - std::log(std::exp(3.0) + std::exp(2.0))));
  double sum = 0;
  for (const float logit : row) sum += std::exp(logit);
  CHECK(*noted.log_probability.raw == Approx(z - std::log(sum)));
  CHECK(noted.log_probability.processed_top.size() == 2);
  CHECK(noted.log_probability.raw_top.size() == 3);
}

TEST_CASE("A row that is not fit to draw from has nothing noted but its fault") {
  const std::vector<float> row{masked, masked};
  GenerationOptions options;
  options.kept_tokens = options.raw_log_probabilities = true;
  const Drawn drawn =
      Drawn::of(Sampler{Temperature{1}}, std::span<const float>(row), Sequence(), options);
  CHECK(drawn.choice.fault == Fault::all_masked);
  CHECK(drawn.kept.empty());
  CHECK_FALSE(drawn.log_probability.raw);
}
