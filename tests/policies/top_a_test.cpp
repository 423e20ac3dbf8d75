#include <tamis/policies/top_a.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

TEST_CASE("TopA keeps what is at least a times the square of the greatest probability") {
  const auto row = logits_of({0.5f, 0.3f, 0.15f, 0.05f});
  CHECK((kept(row, TopA{0.4f}) == Ids{0, 1, 2}));  // 0.4 * 0.25 = 0.1
  CHECK((kept(row, TopA{1.0f}) == Ids{0, 1}));     // 0.25
  CHECK(kept(row, TopA{0.1f}).size() == 4);        // 0.025
  auto raised = row;  // the same probabilities, of logits whose exponentials do not add up to 1
  for (float& z : raised) z += 3;
  CHECK((kept(raised, TopA{0.4f}) == Ids{0, 1, 2}));
}

TEST_CASE("TopA cuts more where the model is sure") {
  CHECK(kept(logits_of({0.9f, 0.05f, 0.05f}), TopA{0.2f}).size() == 1);  // 0.162
  CHECK(kept(logits_of({0.4f, 0.3f, 0.3f}), TopA{0.2f}).size() == 3);    // 0.032
}

TEST_CASE("TopA obeys the laws of a truncation") {
  for (const float a : {0.0f, 1e-30f, 0.2f, 1.0f}) {
    CAPTURE(a);
    CHECK(broken_law(TopA{a}) == "");
  }
}

static_assert(TopA{}.idle() && !TopA{0.2f}.idle());
static_assert(Truncation<TopA> && HasCut<TopA> && kinds_of<TopA> == 1);
static_assert(std::is_trivially_copyable_v<TopA> && sizeof(TopA) == sizeof(float));
