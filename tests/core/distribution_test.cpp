#include <tamis/core/distribution.hpp>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("A distribution is the softmax of the logits that are left") {
  Distribution left;
  left.add(2, std::log(3.0));
  left.add(5, std::log(1.0));
  left.add(9, std::log(4.0));
  left.complete(Fault::none);
  REQUIRE(left.kept().size() == 3);
  CHECK(left.kept()[0].id == 2);
  CHECK(left.kept()[0].probability == Approx(0.375));
  CHECK(left.kept()[1].probability == Approx(0.125));
  CHECK(left.kept()[2].probability == Approx(0.5));
  CHECK(left.log_probability(9) == Approx(std::log(0.5)));
  CHECK(left.log_probability(3) == -HUGE_VAL);
  CHECK(left.log_probability(10) == -HUGE_VAL);
  CHECK(left.entropy() ==
        Approx(0.375 * std::log(8.0 / 3) + 0.125 * std::log(8) + 0.5 * std::log(2)));
}

TEST_CASE("A distribution does not overflow, nor lose a token that has next to no probability") {
  Distribution left;
  left.add(0, 1e5);
  left.add(1, 1e5);
  left.add(2, -1e30);
  left.complete(Fault::none);
  CHECK(left.kept()[0].probability == 0.5);
  CHECK(left.kept()[2].probability == 0);
  CHECK(left.entropy() == Approx(std::log(2)));
  CHECK(left.log_probability(0) == Approx(-std::log(2)));
}

TEST_CASE("A distribution of one token is certain") {
  Distribution left;
  left.add(3, -7);
  left.complete(Fault::none);
  CHECK(left.kept()[0].probability == 1);
  CHECK(left.log_probability(3) == 0);
  CHECK(left.entropy() == 0);
}

TEST_CASE("A distribution of nothing says why") {
  Distribution none;
  none.complete(Fault::none);
  CHECK(none.fault() == Fault::all_masked);
  Distribution invalid;
  invalid.add(1, 2.0);
  invalid.complete(Fault::invalid_logit);
  CHECK(invalid.fault() == Fault::invalid_logit);
  CHECK(invalid.kept().empty());
  CHECK(invalid.log_probability(1) == -HUGE_VAL);
  CHECK(invalid.entropy() == 0);
}

TEST_CASE("A distribution that is no longer needed gives its tokens away") {
  Distribution left;
  left.add(3, 1);
  left.complete(Fault::none);
  const std::vector<Distribution::Kept> kept = std::move(left).kept();
  CHECK(kept.size() == 1);
}
