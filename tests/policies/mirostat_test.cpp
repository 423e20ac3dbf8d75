#include <tamis/policies/mirostat.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

TEST_CASE("Mirostat drops tokens more surprising than mu") {
  const auto row = logits_of({0.5f, 0.3f, 0.15f, 0.05f});  // surprises 0.69, 1.20, 1.90 and 3.00
  CHECK((kept(row, Mirostat{3.0f, 0.1f, 2.0f}) == Ids{0, 1, 2}));
  CHECK((kept(row, Mirostat{3.0f, 0.1f, 1.0f}) == Ids{0}));
  CHECK(kept(row, Mirostat{}).size() == 4);
}

TEST_CASE("Mirostat keeps the likeliest token where all are too surprising") {
  const auto row = logits_of({0.5f, 0.3f, 0.2f});
  CHECK((kept(row, Mirostat{3.0f, 0.1f, 0.1f}) == Ids{0}));
  CHECK((kept(row, Mirostat{3.0f, 0.1f, -5.0f}) == Ids{0}));
}

TEST_CASE("Mirostat moves mu against the error of the surprise") {
  Mirostat mirostat{3.0f, 0.1f, 6.0f};
  mirostat.observe({.token = 1, .surprise = 1.0f});
  CHECK(mirostat.mu == Approx(6.2));  // 6 - 0.1 (1 - 3)
  mirostat.observe({.token = 1, .surprise = 5.0f});
  CHECK(mirostat.mu == Approx(6.0));
}

TEST_CASE("Mirostat in a sampler steers the surprise to tau") {
  std::vector<float> row(500);  // Zipf: the surprise of plain draws is 4.9 nats
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = -std::log(static_cast<float>(i + 1));
  for (const float tau : {1.5f, 2.5f}) {
    CAPTURE(tau);
    Sampler sampler{Mirostat{tau, 0.1f, 2 * tau}};
    double sum = 0;
    for (std::uint64_t position = 0; position < 3000; ++position) {
      team::Shared shared;
      team::RowOf executor(team::Solo{}, shared, row.data(), 500, Stream{1, position});
      const Choice choice = sampler(executor);
      if (position >= 1000) sum += choice.surprise;
    }
    CHECK(sum / 2000 == Approx(tau).margin(0.02));
  }
}

TEST_CASE("Mirostat does not learn from a row that has nothing to draw") {
  Sampler sampler{Mirostat{3.0f, 0.1f, 2.0f}};
  const auto row = logits_of({0.5f, 0.3f, 0.15f, 0.05f});
  const std::vector<float> hopeless(4, masked);
  team::Shared shared;
  team::RowOf nothing(team::Solo{}, shared, hopeless.data(), 4, Stream{});
  CHECK(sampler(nothing).fault == Fault::all_masked);
  team::RowOf something(team::Solo{}, shared, row.data(), 4, Stream{});
  CHECK(sampler.distribution(something).kept().size() == 3);  // mu is still 2
}

TEST_CASE("Mirostat obeys the laws of a truncation") {
  for (const float mu : {-1.0f, 0.0f, 1.0f, 5.0f, 1e30f}) {
    CAPTURE(mu);
    CHECK(broken_law(Mirostat{3.0f, 0.1f, mu}) == "");
  }
  CHECK(broken_law(Mirostat{0.0f, 0.1f, 1.0f}) == "");
}

static_assert(Mirostat{0.0f, 0.1f, 0.0f}.idle() && !Mirostat{}.idle());
static_assert(Truncation<Mirostat> && HasCut<Mirostat> && Observer<Mirostat> &&
              kinds_of<Mirostat> == 1);
static_assert(std::is_trivially_copyable_v<Mirostat> && sizeof(Mirostat) == 3 * sizeof(float));
