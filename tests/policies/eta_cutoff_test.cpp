#include <tamis/policies/epsilon_cutoff.hpp>
#include <tamis/policies/eta_cutoff.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

TEST_CASE("EtaCutoff lowers the cutoff where the entropy is high") {
  const auto row = logits_of({0.4f, 0.3f, 0.2f, 0.1f});  // H = 1.2799, e^-H = 0.2781
  CHECK((kept(row, EpsilonCutoff{0.25f}) == Ids{0, 1}));
  CHECK((kept(row, EtaCutoff{0.25f}) == Ids{0, 1, 2}));  // 0.5 * 0.2781 = 0.139 is less than 0.25
  // H = 1.2968, e^-H = 0.2734: the root of 0.25 times that is 0.137, below 0.15; a fourth root's 0.193 is not.
  CHECK((kept(logits_of({0.4f, 0.3f, 0.15f, 0.15f}), EtaCutoff{0.25f}) == Ids{0, 1, 2, 3}));
}

TEST_CASE("EtaCutoff is an epsilon cutoff where the entropy is low") {
  const auto row = logits_of({0.97f, 0.02f, 0.01f});   // H = 0.154, e^-H = 0.857
  CHECK((kept(row, EtaCutoff{0.015f}) == Ids{0, 1}));  // sqrt(0.015) * 0.857 = 0.105 is more
}

TEST_CASE("EtaCutoff never drops the likeliest, nor those that tie with it") {
  CHECK((kept(logits_of({0.45f, 0.1f, 0.45f}), EtaCutoff{0.99f}) == Ids{0, 2}));
}

TEST_CASE("EtaCutoff obeys the laws of a truncation") {
  for (const float epsilon : {0.0f, 1e-30f, 0.0009f, 0.1f, 0.99f}) {
    CAPTURE(epsilon);
    CHECK(broken_law(EtaCutoff{epsilon}) == "");
  }
}

static_assert(EtaCutoff{}.idle() && !EtaCutoff{0.0009f}.idle());
static_assert(Truncation<EtaCutoff> && HasCut<EtaCutoff> && kinds_of<EtaCutoff> == 1);
static_assert(std::is_trivially_copyable_v<EtaCutoff> && sizeof(EtaCutoff) == sizeof(float));
