#include <tamis/testing/laws.hpp>

#include "catch.hpp"

using namespace tamis;
using namespace tamis::testing;

namespace {

/// Drops what is not above one half: obeys every law.
struct Positive {
  constexpr auto cut(const auto&) const { return 0.5f; }
};

/// Keeps one token of those that tie: breaks the law of equals, and knows the names.
struct First {
  constexpr unsigned rank() const { return 1; }
  constexpr bool exactly() const { return true; }
};

/// Says that it is idle, and is not.
struct Lazy {
  constexpr auto logit(const auto& at) const { return at.logit() * 2.0f; }
  constexpr bool idle() const { return true; }
};

/// Knows the names.
struct Favours {
  constexpr auto logit(const auto& at) const { return at.logit() + at.id(); }
};

}  // namespace

TEST_CASE("after is the row as the policies leave it") {
  const std::vector<float> row = {1, 3, 2, masked, -1};
  CHECK((after(row, Positive{}) == std::vector{1.0f, 3.0f, 2.0f, masked, masked}));
  CHECK((after(row, First{}) == std::vector{masked, 3.0f, masked, masked, masked}));
  CHECK((after(row, Favours{}, Positive{}) == std::vector{1.0f, 4.0f, 4.0f, masked, 3.0f}));
  CHECK(after(row) == row);
}

TEST_CASE("A truncation that obeys the laws has no counterexample") {
  for (std::uint32_t seed = 0; seed < 30; ++seed) {
    const auto row = random_row(seed, 50);
    CHECK(someone_stays(Positive{}, row) == 0);
    CHECK(logits_are_kept(Positive{}, row) == 0);
    CHECK(equals_share_fate(Positive{}, row) == 0);
    CHECK(names_do_not_matter(Positive{}, row) == 0);
    CHECK(idle_is_idle(Positive{}, row) == 0);
  }
}

TEST_CASE("Laws that are broken have counterexamples") {
  const std::vector<float> tie = {1, 2, 2, 2, 0};
  CHECK(equals_share_fate(First{}, tie) ==
        2);  // two of the three that tie fare otherwise than the first
  CHECK(names_do_not_matter(First{}, tie) == 1);
  CHECK(names_do_not_matter(Favours{}, tie) == 1);
  const std::vector<float> nothing(5, masked);
  CHECK(someone_stays(Positive{}, nothing) == 1);  // it could not but keep none
}

TEST_CASE("The chain holds a policy to its laws: one that says it is idle is not asked") {
  CHECK(idle_is_idle(Lazy{}, std::vector<float>{1, 2, 3}) == 0);
}

TEST_CASE("Random rows are the same for the same seed, and every third is full of ties") {
  CHECK(random_row(5, 100) == random_row(5, 100));
  CHECK(random_row(5, 100) != random_row(4, 100));
  const auto distinct = [](std::vector<float> row) {
    std::ranges::sort(row);
    return std::unique(row.begin(), row.end()) - row.begin();
  };
  CHECK(distinct(random_row(3, 1000)) < 40);
  CHECK(distinct(random_row(4, 1000)) > 900);
}
