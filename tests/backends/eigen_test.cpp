#include <tamis/backends/eigen.hpp>

#include <cmath>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/policies/typical_p.hpp>
#include <tamis/sampler.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;

TEST_CASE("The reference computes what can be computed by hand") {
  const std::vector<float> logits = {std::log(0.4f), std::log(0.2f), std::log(0.2f),
                                     std::log(0.2f)};
  reference::RowOf row(logits, {});
  const auto seen = row.survey<everything>(detail::Raw{}, 0);
  const double entropy = -0.4 * std::log(0.4) - 0.6 * std::log(0.2);
  CHECK(seen.log_sum()[0] == Approx(0).margin(1e-7));
  CHECK(seen.entropy()[0] == Approx(entropy));
  CHECK(seen.deviation()[0] == Approx((std::log(0.4) - std::log(0.2)) * std::sqrt(3.0) / 4));
  // Locally typical: the likeliest is farthest from the entropy, and goes.
  const auto kept = Sampler{TypicalP{0.5f}}.distribution(row).kept();
  REQUIRE(kept.size() == 3);
  CHECK(kept[0].id == 1);
}

TEST_CASE("The reference draws by adding up probabilities in the order of ids") {
  const std::vector<float> logits = {std::log(0.25f), std::log(0.5f), std::log(0.25f)};
  reference::RowOf row(logits, {});
  constexpr std::uint64_t one = std::uint64_t{1} << 62;  // a quarter
  CHECK(row.pick(detail::Raw{}, 0).token == 0);
  CHECK(row.pick(detail::Raw{}, one - (std::uint64_t{1} << 40)).token == 0);
  CHECK(row.pick(detail::Raw{}, one + (std::uint64_t{1} << 40)).token == 1);
  CHECK(row.pick(detail::Raw{}, 3 * one + (std::uint64_t{1} << 40)).token == 2);
}

TEST_CASE("Columns of one number and of many go together") {
  const reference::Column many(Eigen::ArrayXd::LinSpaced(3, 0, 2)), one(10.0);
  CHECK((many + one)[2] == 12.0);
  CHECK((one - many)[1] == 9.0);
  CHECK(lane_select(many > reference::Column(0.5), one, many)[0] == 0.0);
}
