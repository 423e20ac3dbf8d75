// A sampler is a pure function of a row: the compiler itself can draw a token.
#include <tamis/core/chain.hpp>

#include <array>
#include <tamis/backends/team.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/min_p.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/sampler.hpp>
#include <tamis/testing/laws.hpp>

#include "catch.hpp"

using namespace tamis;
using tamis::testing::after;

namespace {

constexpr std::array logits{1.0f, 3.0f, 0.5f, 2.8f, -1.0f};

constexpr Choice draw(auto sampler, std::uint64_t position = 0) {
  team::Shared shared{};
  team::RowOf row(team::Solo{}, shared, logits.data(), int(logits.size()), Stream{7, position});
  return sampler(row);
}

static_assert(draw(Sampler{Greedy{}}).token == 1);
static_assert(draw(Sampler{TopK{1}}, 3).token == 1);
static_assert(draw(Sampler{Temperature{0.8f}, TopP{0.9f}}, 6).fault == Fault::none);

/// A transform that answers NaN, and one that answers infinity.
struct Spoils {
  float by = 0.0f;
  constexpr auto logit(const auto& at) const { return at.logit() * by; }
};

/// Unmasks, if the chain let it.
struct Unmasks {
  constexpr auto logit(const auto& at) const { return max(at.logit(), at.logit() * 0.0f + 1.0f); }
};

/// Would drop everything.
struct DropsAll {
  constexpr auto cut(const auto& row) const { return row.max() + 1.0f; }
};

}  // namespace

TEST_CASE("What the compiler draws is what the program draws") {
  constexpr TokenId known = draw(Sampler{Temperature{0.8f}, TopP{0.9f}}, 6).token;
  CHECK(draw(Sampler{Temperature{0.8f}, TopP{0.9f}}, 6).token == known);
}

TEST_CASE("After a transform a row is finite or masked") {
  const std::vector<float> row = {1.0f, -2.0f, 0.0f, masked};
  const auto infinite = after(row, Spoils{HUGE_VALF});
  CHECK(infinite ==
        std::vector<float>{greatest, masked, masked, masked});  // 0 * infinity is NaN: masked
  CHECK(after(row, Unmasks{})[3] == masked);
}

TEST_CASE("Someone stays, whatever a cut says") {
  CHECK(after(std::vector<float>{1.0f, 2.0f, 2.0f}, DropsAll{}) ==
        std::vector<float>{masked, 2.0f, 2.0f});
}

TEST_CASE("The order written is the order applied") {
  const std::vector<float> row = {2, 1, 0};
  CHECK(after(row, Temperature{0.1f}, TopP{0.9f})[1] == masked);  // sharpened first: one is enough
  CHECK(after(row, TopP{0.9f}, Temperature{0.1f})[1] > masked);   // truncated first: two are needed
}
