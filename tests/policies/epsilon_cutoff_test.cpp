#include <tamis/policies/epsilon_cutoff.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

TEST_CASE("EpsilonCutoff keeps what is at least as likely as epsilon") {
  const auto row = logits_of({0.5f, 0.3f, 0.15f, 0.05f});
  CHECK((kept(row, EpsilonCutoff{0.1f}) == Ids{0, 1, 2}));
  CHECK((kept(row, EpsilonCutoff{0.2f}) == Ids{0, 1}));
  CHECK(kept(row, EpsilonCutoff{0.0003f}).size() == 4);
}

TEST_CASE("EpsilonCutoff never drops the likeliest, nor those that tie with it") {
  CHECK((kept(logits_of({0.3f, 0.2f, 0.3f, 0.2f}), EpsilonCutoff{0.9f}) == Ids{0, 2}));
}

TEST_CASE("EpsilonCutoff obeys the laws of a truncation") {
  for (const float epsilon : {0.0f, 1e-30f, 0.0003f, 0.1f, 0.99f}) {
    CAPTURE(epsilon);
    CHECK(broken_law(EpsilonCutoff{epsilon}) == "");
  }
  CHECK(broken_law(EpsilonCutoff{0.0003f}, make_row(RowKind::rounded, 1, 1 << 17)) == "");
}

static_assert(EpsilonCutoff{}.idle() && !EpsilonCutoff{0.0003f}.idle());
static_assert(Truncation<EpsilonCutoff> && HasCut<EpsilonCutoff> && kinds_of<EpsilonCutoff> == 1);
static_assert(std::is_trivially_copyable_v<EpsilonCutoff> &&
              sizeof(EpsilonCutoff) == sizeof(float));
