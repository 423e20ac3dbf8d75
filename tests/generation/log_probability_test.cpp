#include <tamis/generation/log_probability.hpp>

#include <cmath>
#include <tamis/core/types.hpp>
#include <tamis/testing/rows.hpp>
#include <vector>

#include "catch.hpp"

using tamis::Distribution;
using tamis::LogProbability;

namespace elsewhere {

/// Stands for logits that are not in the memory of the host.
struct Logits {
  std::vector<float> numbers;
};

}  // namespace elsewhere

namespace tamis {

inline simd::RowOf row_of(const elsewhere::Logits& logits, Stream stream, Facts facts = {}) {
  return {logits.numbers, stream, facts};
}

}  // namespace tamis

/// Tokens 2, 5, 7 and 9, with probabilities 1/6, 1/3, 1/6 and 1/3.
static Distribution four() {
  Distribution four;
  four.add(2, 0);
  four.add(5, std::log(2.0));
  four.add(7, 0);
  four.add(9, std::log(2.0));
  four.complete(tamis::Fault::none);
  return four;
}

TEST_CASE("The likeliest tokens come first, and of equals those with the least ids") {
  LogProbability one;
  one.set_processed(7, four(), 3);
  CHECK(*one.processed == Approx(std::log(1.0 / 6)));
  REQUIRE(one.processed_top.size() == 3);
  CHECK(one.processed_top[0].token == 5);
  CHECK(one.processed_top[1].token == 9);
  CHECK(one.processed_top[2].token == 2);
  CHECK(one.processed_top[0].log_probability == Approx(std::log(1.0 / 3)));
  CHECK(one.processed_top[0].log_probability == one.processed_top[1].log_probability);
  CHECK_FALSE(one.raw);
}

TEST_CASE("There are no more likeliest tokens than tokens") {
  LogProbability one;
  one.set_processed(2, four(), 10);
  CHECK(one.processed_top.size() == 4);
  one.set_processed(2, four());
  CHECK(one.processed_top.empty());
}

TEST_CASE(
    "The model's own log-probabilities are those of its logits' softmax, ties in order of id") {
  const std::vector<float> logits{1, 3, tamis::masked, 3, 0, 3};
  const double log_sum = std::log(std::exp(1.0) + 3 * std::exp(3.0) + 1);
  LogProbability one;
  one.set_raw(4, logits, 2);
  CHECK(*one.raw == Approx(-log_sum));
  REQUIRE(one.raw_top.size() == 2);
  CHECK(one.raw_top[0].token == 1);
  CHECK(one.raw_top[1].token == 3);
  CHECK(one.raw_top[1].log_probability == Approx(3 - log_sum));
  one.set_raw(1, logits, 9);
  CHECK(*one.raw == Approx(3 - log_sum));
  CHECK(one.raw_top.size() == 5);
  one.set_raw(2, logits);
  CHECK(*one.raw == -HUGE_VAL);
  one.set_raw(2, elsewhere::Logits{logits});
  CHECK(*one.raw == -HUGE_VAL);
  CHECK(one.raw_top.empty());
}

TEST_CASE("The model's own log-probabilities of a large vocabulary are right to a millionth") {
  const auto logits = tamis::testing::make_row(tamis::testing::RowKind::normal, 3, 49152);
  double sum = 0;
  for (const float z : logits) sum += std::exp(static_cast<double>(z));
  for (const tamis::TokenId id : {0, 31, 511, 512, 40000, 49151}) {
    LogProbability one;
    one.set_raw(id, logits);
    LogProbability other;
    other.set_raw(id, elsewhere::Logits{logits});
    CHECK(*other.raw == *one.raw);
    CHECK(*one.raw == Approx(logits[static_cast<std::size_t>(id)] - std::log(sum)).margin(2e-6));
  }
}
