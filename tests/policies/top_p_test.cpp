#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_p.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

TEST_CASE("TopP keeps the shortest front of the order that has mass p") {
  const auto row = logits_of({0.5f, 0.3f, 0.15f, 0.05f});
  CHECK((after(row, TopP{0.49f}) == std::vector{row[0], masked, masked, masked}));
  CHECK((after(row, TopP{0.51f}) == std::vector{row[0], row[1], masked, masked}));
  CHECK((after(row, TopP{0.90f}) == std::vector{row[0], row[1], row[2], masked}));
  CHECK((after(row, TopP{0.96f}) == row));
}

TEST_CASE("TopP keeps the tokens wherever they stand") {
  CHECK((kept(logits_of({0.3f, 0.1f, 0.1f, 0.5f}), TopP{0.75f}) == Ids{0, 3}));
}

TEST_CASE("TopP at zero keeps the likeliest token") {
  CHECK((kept(logits_of({0.2f, 0.5f, 0.3f}), TopP{0.0f}) == Ids{1}));
}

TEST_CASE("TopP keeps all tokens that tie with the last, where torch.sort would keep any of them") {
  CHECK((kept(logits_of({0.25f, 0.25f, 0.25f, 0.25f}), TopP{0.4f}) == Ids{0, 1, 2, 3}));
  CHECK((kept(logits_of({0.3f, 0.1f, 0.1f, 0.5f}), TopP{0.85f}) == Ids{0, 1, 2, 3}));
  CHECK(kept(std::vector<float>(50), TopP{0.1f}).size() == 50);
}

TEST_CASE("TopP sees the distribution that the policies before it have left") {
  const std::vector<float> row = {2, 1, 0};
  CHECK(after(row, Temperature{0.1f}, TopP{0.9f})[1] == masked);  // sharpened first: one is enough
  CHECK(after(row, TopP{0.9f}, Temperature{0.1f})[1] > masked);   // truncated first: two are needed
}

TEST_CASE("TopP after TopK takes the survivors for the whole") {
  auto row = logits_of({0.35f, 0.25f, 0.20f, 0.05f, 0.03f});
  row.insert(row.end(), 12, std::log(0.01f));
  CHECK((kept(row, TopK{4}, TopP{0.82f}) == Ids{0, 1, 2}));     // (.35 + .25 + .20) / .85 = .94
  CHECK((kept(row, TopP{0.82f}, TopK{4}) == Ids{0, 1, 2, 3}));  // .35 + .25 + .20 = .80
}

TEST_CASE("TopP obeys the laws of a truncation") {
  for (const float p : {0.0f, 1e-6f, 0.1f, 0.5f, 0.9f, 0.999f, 1.0f}) {
    CAPTURE(p);
    CHECK(broken_law(TopP{p}) == "");
  }
}

TEST_CASE("TopP obeys the laws on the vocabularies of today") {
  CHECK(broken_law(TopP{0.9f}, make_row(RowKind::normal, 1, 1 << 18)) == "");
  CHECK(broken_law(TopP{0.9f}, make_row(RowKind::rounded, 1, 1 << 18)) == "");
  CHECK(broken_law(TopP{0.9f}, make_row(RowKind::long_tail, 1, 1 << 17)) == "");
}

static_assert(TopP{1.0f}.idle() && TopP{1.5f}.idle() && !TopP{0.99f}.idle());
static_assert(Truncation<TopP> && kinds_of<TopP> == 1);
static_assert(std::is_trivially_copyable_v<TopP> && sizeof(TopP) == sizeof(float));
