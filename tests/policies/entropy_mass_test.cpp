#include <limits>
#include <tamis/policies/entropy_mass.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

TEST_CASE("EntropyMass keeps the likeliest while their parts of the entropy are within the share") {
  // The parts of the entropy are 0.3665, 0.3612, 0.3219 and 0.2303 of 1.2799.
  const auto row = logits_of({0.4f, 0.3f, 0.2f, 0.1f});
  CHECK((kept(row, EntropyMass{0.5f}) == Ids{0}));        // 0.640 < 0.728
  CHECK((kept(row, EntropyMass{0.6f}) == Ids{0, 1}));     // 0.768 > 0.728
  CHECK((kept(row, EntropyMass{0.9f}) == Ids{0, 1, 2}));  // 1.152 > 1.050
  CHECK((kept(row, EntropyMass{1.0f}) == Ids{0, 1, 2, 3}));
}

TEST_CASE("EntropyMass counts a token's part of the entropy, and nothing for one that cannot be drawn") {
  struct Token {
    float logit() const { return 0; }
  };
  struct Surprised {
    float by;
    float surprise(float) const { return by; }
  };
  const auto part = [](float surprise) { return EntropyMass{}.weight(Token{}, Surprised{surprise}); };
  CHECK(part(1.0f) == Approx(std::exp(-1.0)));      // p = 1/e: - p ln p = 1/e
  CHECK(part(2.0f) == Approx(2 * std::exp(-2.0)));  // p = 1/e^2: 2/e^2
  CHECK(part(0.0f) == 0);                           // what is certain says nothing
  CHECK(part(std::numeric_limits<float>::infinity()) == 0);
}

TEST_CASE("EntropyMass keeps the first token even where it exceeds the share") {
  CHECK((kept(logits_of({0.3f, 0.4f, 0.3f}), EntropyMass{0.01f}) == Ids{1}));
  CHECK((kept(std::vector<float>{masked, 3, masked}, EntropyMass{0.5f}) == Ids{1}));
}

TEST_CASE("EntropyMass keeps the first alone where it is as good as certain") {
  const std::vector<float> certain = {0, 1, 100, 2}, beyond_floats = {-3e38f, 3e38f};
  for (const float h : {0.001f, 0.5f, 0.99f}) {
    CHECK((kept(certain, EntropyMass{h}) == Ids{2}));
    CHECK((kept(beyond_floats, EntropyMass{h}) == Ids{1}));
  }
  // Here the first has 6 percent of the entropy, and each of the others 47.
  const std::vector<float> nearly = {0, 14.508657f, 0};
  CHECK((kept(nearly, EntropyMass{0.9f}) == Ids{1}));
  const std::vector<float> apart = {0, 14.508657f, 1};  // 26, 7 and 67 percent of the entropy
  CHECK((kept(apart, EntropyMass{0.6f}) == Ids{1}));
  CHECK((kept(apart, EntropyMass{0.8f}) == Ids{1, 2}));
}

TEST_CASE("EntropyMass drops all tokens that tie with the one that exceeds the share") {
  const auto row = logits_of({0.4f, 0.2f, 0.2f, 0.2f});  // H = 1.332: 0.3665, then 0.3219 each
  CHECK((kept(row, EntropyMass{0.6f}) == Ids{0}));       // 0.799: the second would still have room
  CHECK((kept(std::vector<float>(5), EntropyMass{0.5f}).size() ==
         5));  // who ties with the first is first
}

TEST_CASE("EntropyMass obeys the laws of a truncation") {
  for (const float h : {0.001f, 0.1f, 0.5f, 0.9f, 1.0f}) {
    CAPTURE(h);
    CHECK(broken_law(EntropyMass{h}) == "");
  }
}

static_assert(EntropyMass{1.0f}.idle() && !EntropyMass{0.5f}.idle());
static_assert(Truncation<EntropyMass> && HasMass<EntropyMass> && HasWeight<EntropyMass>);
static_assert(HasExclusive<EntropyMass> && kinds_of<EntropyMass> == 1);
static_assert(std::is_trivially_copyable_v<EntropyMass> && sizeof(EntropyMass) == sizeof(float));
