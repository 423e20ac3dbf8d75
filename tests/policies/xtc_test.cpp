#include <tamis/policies/xtc.hpp>
#include <tamis/testing/binomial.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

TEST_CASE("Xtc drops the tokens above the threshold but the least likely of them") {
  const auto row = logits_of({0.4f, 0.1f, 0.3f, 0.2f});
  CHECK((kept(row, Xtc{0.15f, 1.0f}) == Ids{1, 3}));     // of 0, 2 and 3, 3 stays
  CHECK((kept(row, Xtc{0.25f, 1.0f}) == Ids{1, 2, 3}));  // of 0 and 2, 2 stays
  CHECK((kept(row, Xtc{0.05f, 1.0f}) == Ids{1}));        // of all, 1 stays
}

TEST_CASE("Xtc needs two tokens above the threshold") {
  const auto row = logits_of({0.4f, 0.1f, 0.3f, 0.2f});
  CHECK(after(row, Xtc{0.35f, 1.0f}) == row);  // 0 alone
  CHECK(after(row, Xtc{0.45f, 1.0f}) == row);  // none
  CHECK(after(row, Xtc{0.51f, 1.0f}) == row);
}

TEST_CASE("Xtc counts a token at the threshold itself, where its coin is below the chance") {
  struct Token {
    float logit() const { return 0; }
  };
  struct Row {
    float by, toss;
    float surprise(float) const { return by; }
    float coin() const { return toss; }
  };
  const Xtc quarter{0.25f, 0.5f};
  const float at = -tamis::log(0.25f);
  CHECK(quarter.weight(Token{}, Row{at, 0.0f}) == 1);  // p = 0.25 is as good as above
  CHECK(quarter.weight(Token{}, Row{at + 1e-3f, 0.0f}) == 0);
  CHECK(quarter.weight(Token{}, Row{at, 0.49999997f}) == 1);  // the float before a half
  CHECK(quarter.weight(Token{}, Row{at, 0.5f}) == 0);         // coins are in [0, 1)
}

TEST_CASE("Xtc keeps all tokens that tie for the least likely above the threshold") {
  CHECK((kept(logits_of({0.3f, 0.35f, 0.3f, 0.05f}), Xtc{0.2f, 1.0f}) == Ids{0, 2, 3}));
}

TEST_CASE("Xtc acts as often as its chance says, and decides anew at each position") {
  const auto row = logits_of({0.4f, 0.1f, 0.3f, 0.2f});
  constexpr std::uint64_t rows = 20000;
  std::uint64_t acted = 0;
  for (std::uint64_t position = 0; position < rows; ++position) {
    const auto left = left_by(row, {}, Stream{7, position}, Xtc{0.15f, 0.3f}).kept().size();
    REQUIRE((left == 2 || left == 4));
    acted += left == 2;
  }
  CHECK(binomial_two_sided(rows, 0.3, static_cast<double>(acted)) > 1e-3);
}

TEST_CASE("Xtc obeys the laws of a truncation") {
  for (const float chance : {0.0f, 1.0f}) {
    for (const float threshold : {1e-6f, 0.1f, 0.5f, 0.6f}) {
      CAPTURE(threshold, chance);
      CHECK(broken_law(Xtc{threshold, chance}) == "");
    }
  }
}

static_assert(Xtc{0.1f, 0.0f}.idle() && Xtc{0.51f, 1.0f}.idle() && !Xtc{0.5f, 0.1f}.idle());
static_assert(Truncation<Xtc> && HasRank<Xtc> && HasPlainKey<Xtc> && HasWeight<Xtc>);
static_assert(kinds_of<Xtc> == 1);
static_assert(std::is_trivially_copyable_v<Xtc> && sizeof(Xtc) == 2 * sizeof(float));
