#include <tamis/policies/at_least.hpp>
#include <tamis/policies/entropy_mass.hpp>
#include <tamis/policies/min_p.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/policies/typical_p.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

TEST_CASE("AtLeast keeps the first tokens of the truncation's own order in any case") {
  const auto row = logits_of({0.6f, 0.1f, 0.2f, 0.1f});
  CHECK((kept(row, AtLeast{TopP{0.5f}, 1}) == Ids{0}));
  CHECK((kept(row, AtLeast{TopP{0.5f}, 2}) == Ids{0, 2}));
  CHECK((kept(row, AtLeast{MinP{0.9f}, 2}) == Ids{0, 2}));
  // H = 1.089: 0.2 is nearest to it, by 0.52; then 0.6, by 0.58; then 0.1, by 1.2.
  CHECK((kept(row, AtLeast{TypicalP{0.1f}, 1}) == Ids{2}));
  CHECK((kept(row, AtLeast{TypicalP{0.1f}, 2}) == Ids{0, 2}));
}

TEST_CASE("AtLeast holds where ties are broken, and where the token that exceeds goes") {
  const auto row = logits_of({0.4f, 0.3f, 0.2f, 0.1f});
  CHECK((kept(row, AtLeast{TopK{2, Ties::least_id}, 3}) == Ids{0, 1, 2}));
  CHECK((kept(row, AtLeast{EntropyMass{0.01f}, 3}) == Ids{0, 1, 2}));
  CHECK((kept(row, AtLeast{EntropyMass{0.01f}, 1}) == Ids{0}));
  const std::vector<float> equals = {1, 1, 1, 1};
  CHECK((kept(equals, AtLeast{TopK{1, Ties::least_id}, 3}) == Ids{0, 1, 2}));
}

TEST_CASE("AtLeast keeps those that tie with the last, too") {
  const auto row = logits_of({0.6f, 0.1f, 0.2f, 0.1f});
  CHECK((kept(row, AtLeast{TopP{0.5f}, 3}) == Ids{0, 1, 2, 3}));
}

TEST_CASE("AtLeast drops nothing that the truncation would keep") {
  for (const RowKind kind : row_kinds) {
    const auto row = make_row(kind, 1, 130);
    for (const float p : {0.1f, 0.9f}) {
      const Ids alone = kept(row, TopP{p}), some = kept(row, AtLeast{TopP{p}, 5});
      CHECK(std::ranges::includes(some, alone));
      if (alone.size() >= 5) CHECK(some == alone);
    }
    CHECK(kept(row, AtLeast{TopK{2}, 5}) == kept(row, TopK{5}));
  }
}

TEST_CASE("AtLeast more than there are keeps all") {
  const std::vector<float> row = {1, masked, 9};
  CHECK((kept(row, AtLeast{TopP{0.5f}, 3}) == Ids{0, 2}));
  CHECK((kept(row, AtLeast{TopP{0.5f}, 1u << 30}) == Ids{0, 2}));
}

TEST_CASE("AtLeast of a truncation obeys the laws of a truncation") {
  for (const unsigned n : {0u, 1u, 2u, 40u}) {
    CAPTURE(n);
    CHECK(broken_law(AtLeast{TopP{0.3f}, n}) == "");
    CHECK(broken_law(AtLeast{TypicalP{0.3f}, n}) == "");
  }
}

static_assert(AtLeast{TopP{1.0f}, 3}.idle() && !AtLeast{TopP{0.5f}, 3}.idle());
static_assert(Truncation<AtLeast<TopP>> && HasAtLeast<AtLeast<TopP>> &&
              kinds_of<AtLeast<TopP>> == 1);
static_assert(std::is_trivially_copyable_v<AtLeast<TopP>> && sizeof(AtLeast<TopP>) == 8);
