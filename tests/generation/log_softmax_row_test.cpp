#include <cmath>
#include <limits>
#include <random>
#include <tamis/generation/log_softmax_row.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("The log-softmax of a row is what double arithmetic says, wherever the logits are") {
  std::mt19937 random(5);
  std::normal_distribution<float> normal(0, 4);
  for (const float shift : {0.0f, 100.0f, -1000.0f}) {
    std::vector<float> logits(1000), to;
    for (float& z : logits) z = normal(random) + shift;
    logits[17] = masked;
    double sum = 0;
    for (const float z : logits) sum += std::exp(static_cast<double>(z) - shift);
    REQUIRE(log_softmax_row(logits, to) == Fault::none);
    REQUIRE(to.size() == 1000);
    CHECK(to[17] == masked);
    for (std::size_t i = 0; i < to.size(); ++i)
      if (i != 17)
        CHECK(to[i] == Approx(static_cast<double>(logits[i]) - shift - std::log(sum)).margin(1e-5));
  }
}

TEST_CASE("A row that is no row of logits is a fault") {
  std::vector<float> to;
  CHECK(log_softmax_row(std::vector<float>{0, NAN, 1}, to) == Fault::invalid_logit);
  CHECK(log_softmax_row(std::vector<float>{0, INFINITY, 1}, to) == Fault::invalid_logit);
  CHECK(log_softmax_row(std::vector<float>{masked, masked}, to) == Fault::all_masked);
}
