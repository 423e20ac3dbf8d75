#include <tamis/policies/typical_p.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

TEST_CASE("TypicalP keeps the tokens nearest to the entropy, and may drop the likeliest") {
  // H = 1.332; the surprise of 0.4 is 0.416 from it, that of 0.2 is 0.277.
  const auto row = logits_of({0.4f, 0.2f, 0.2f, 0.2f});
  CHECK((kept(row, TypicalP{0.5f}) == Ids{1, 2, 3}));
  CHECK((kept(row, TypicalP{0.65f}) == Ids{0, 1, 2, 3}));
}

TEST_CASE("TypicalP goes out from the entropy to both sides") {
  // H = 1.0549; the surprises are 0.69, 1.2, 1.9 and 3.5: 0.36, 0.15, 0.84 and 2.4 away.
  const auto row = logits_of({0.5f, 0.3f, 0.15f, 0.03f, 0.02f});
  CHECK((kept(row, TypicalP{0.2f}) == Ids{1}));
  CHECK((kept(row, TypicalP{0.7f}) == Ids{0, 1}));
  CHECK((kept(row, TypicalP{0.9f}) == Ids{0, 1, 2}));
}

TEST_CASE("TypicalP does not count masked tokens") {
  const std::vector<float> row = {masked, std::log(0.4f), std::log(0.6f), masked};
  CHECK((kept(row, TypicalP{0.99f}) == Ids{1, 2}));
}

TEST_CASE("TypicalP obeys the laws of a truncation") {
  for (const float p : {0.0f, 1e-6f, 0.2f, 0.95f, 1.0f}) {
    CAPTURE(p);
    CHECK(broken_law(TypicalP{p}) == "");
  }
  CHECK(broken_law(TypicalP{0.9f}, make_row(RowKind::rounded, 1, 1 << 17)) == "");
}

static_assert(TypicalP{1.0f}.idle() && !TypicalP{0.95f}.idle());
static_assert(Truncation<TypicalP> && HasMass<TypicalP> && HasRowKey<TypicalP>);
static_assert(kinds_of<TypicalP> == 1);
static_assert(std::is_trivially_copyable_v<TypicalP> && sizeof(TypicalP) == sizeof(float));
