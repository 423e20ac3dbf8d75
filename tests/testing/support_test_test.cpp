#include <tamis/testing/support_test.hpp>

#include "catch.hpp"
#include "samplers.hpp"

using namespace tamis;
using namespace tamis::testing;

TEST_CASE("support_test passes what can be drawn and names what cannot") {
  const std::vector<double> p{0.5, 0, 0.5, 0};
  CHECK(support_test(p, DrawCounts(std::vector<TokenId>{0, 2, 2, 0}, 4)).passed());
  const SupportReport report = support_test(p, DrawCounts(std::vector<TokenId>{0, 3, 1, 3}, 4));
  CHECK(report.outside == 3);
  CHECK(report.example == 1);
  CHECK(report.p_value == 0);
  CHECK_FALSE(report.passed());
}

TEST_CASE(
    "support_test counts ids that are no tokens, and tokens that nothing is known of, as "
    "impossible") {
  const std::vector<double> p{1};
  CHECK(support_test(p, DrawCounts(std::vector<TokenId>{0, -1}, 1)).outside == 1);
  CHECK(support_test(p, DrawCounts(std::vector<TokenId>{0, 1}, 2)).example == 1);
  const double not_a_number = std::nan("");
  CHECK_FALSE(
      support_test(std::vector<double>{1, not_a_number}, DrawCounts(std::vector<TokenId>{1}, 2))
          .passed());
  CHECK(support_test({}, DrawCounts()).passed());
}

TEST_CASE("support_test finds a top-p that keeps one token more as soon as that is drawn") {
  const auto p = samplers::softmax(samplers::logits(3, 100, 2));
  const auto kept = samplers::nucleus(p, 0.9);
  const samplers::Inverse wrong(samplers::keep(p, kept + 1));
  int found = 0;
  for (int run = 0; run < 100; ++run)
    found += !support_test(samplers::keep(p, kept), wrong.draw(run, 5'000)).passed();
  CHECK(found ==
        100);  // the token has probability 0.005: that 5,000 draws miss it has probability 1e-11
}
