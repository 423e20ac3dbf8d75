#include <tamis/policies/min_p.hpp>
#include <tamis/policies/top_p.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

TEST_CASE("MinP keeps what is at least p times as likely as the likeliest") {
  const auto row = logits_of({0.5f, 0.2f, 0.15f, 0.1f, 0.05f});
  CHECK((kept(row, MinP{0.25f}) == Ids{0, 1, 2}));  // 0.125 and more
  CHECK((kept(row, MinP{0.5f}) == Ids{0}));
  CHECK(kept(row, MinP{0.05f}).size() == 5);
}

TEST_CASE("MinP before or after TopP is not the same") {
  const auto row = logits_of({0.5f, 0.2f, 0.15f, 0.1f, 0.05f});
  CHECK((kept(row, TopP{0.8f}, MinP{0.25f}) == Ids{0, 1, 2}));  // HF
  CHECK((kept(row, MinP{0.25f}, TopP{0.8f}) == Ids{0, 1}));     // vLLM: (.5 + .2) / .85 = .82
}

TEST_CASE("MinP of one keeps the likeliest and those that tie with it") {
  CHECK((kept(logits_of({0.3f, 0.1f, 0.3f, 0.3f}), MinP{1.0f}) == Ids{0, 2, 3}));
}

TEST_CASE("MinP obeys the laws of a truncation") {
  for (const float p : {0.0f, 1e-30f, 0.05f, 0.5f, 1.0f}) {
    CAPTURE(p);
    CHECK(broken_law(MinP{p}) == "");
  }
}

static_assert(MinP{0.0f}.idle() && !MinP{0.05f}.idle());
static_assert(Truncation<MinP> && HasCut<MinP> && kinds_of<MinP> == 1);
static_assert(std::is_trivially_copyable_v<MinP> && sizeof(MinP) == sizeof(float));
