#include <tamis/policies/greedy.hpp>
#include <tamis/policies/top_k.hpp>

#include "catch.hpp"
#include "draws.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

TEST_CASE("Greedy takes the likeliest token, and of those that tie the least id") {
  CHECK(draw_once(std::vector<float>{1, 3, 2}, {}, Greedy{}).token == 1);
  CHECK(draw_once(std::vector<float>{1, 3, 2, 3, 3}, {}, Greedy{}).token == 1);
  CHECK(draw_once(std::vector<float>{masked, -1e30f, masked}, {}, Greedy{}).token == 1);
  CHECK(draw_once(std::vector<float>{-0.0f, 0.0f}, {}, Greedy{}).token == 0);
}

TEST_CASE("Greedy is the first of the greatest on every row") {
  for_each_row(2, 1000, [](RowKind kind, const std::vector<float>& row) {
    CAPTURE(name_of(kind), row.size());
    CHECK(draw_once(row, {}, Greedy{}).token == std::ranges::max_element(row) - row.begin());
  });
}

TEST_CASE("Greedy leaves one token in the distribution, with certainty") {
  const auto left = left_by(logits_of({0.2f, 0.5f, 0.3f}), {}, {}, TopK{2}, Greedy{});
  REQUIRE(left.kept().size() == 1);
  CHECK(left.kept()[0].id == 1);
  CHECK(left.kept()[0].probability == 1);
}

TEST_CASE("Greedy takes nothing from a row with nothing to take, and says why") {
  const Choice none = draw_once(make_row(RowKind::all_masked, 1, 33), {}, Greedy{});
  CHECK((none.token == -1 && none.fault == Fault::all_masked));
  const Choice invalid = draw_once(make_row(RowKind::one_nan, 1, 33), {}, Greedy{});
  CHECK((invalid.token == -1 && invalid.fault == Fault::invalid_logit));
}

static_assert(Draw<Greedy> && HasScore<Greedy> && !Proportional<Greedy>);
static_assert(kinds_of<Greedy> == 1 && std::is_empty_v<Greedy>);
