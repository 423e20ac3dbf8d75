#include <cmath>
#include <tamis/generation/log_probability.hpp>
#include <vector>

#include "catch.hpp"

using tamis::Distribution;
using tamis::LogProbability;
using Candidates = std::vector<LogProbability::Candidate>;

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
  const auto top = LogProbability::likeliest(four(), 3);
  REQUIRE(top.size() == 3);
  CHECK(top[0].token == 5);
  CHECK(top[1].token == 9);
  CHECK(top[2].token == 2);
  CHECK(top[0].log_probability == Approx(std::log(1.0 / 3)));
  CHECK(top[0].log_probability == top[1].log_probability);
  CHECK(top[2].log_probability == Approx(std::log(1.0 / 6)));
}

TEST_CASE("There are no more likeliest tokens than tokens") {
  CHECK(LogProbability::likeliest(four(), 10).size() == 4);
  CHECK(LogProbability::likeliest(four(), 0) == Candidates{});
  CHECK(LogProbability::likeliest(Distribution{}, 2) == Candidates{});
}
