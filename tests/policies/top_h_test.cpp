#include <tamis/policies/top_h.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;
using Ids = std::vector<TokenId>;

TEST_CASE("TopH keeps the likeliest while their parts of the entropy are within the share") {
  // The parts of the entropy are 0.3665, 0.3612, 0.3219 and 0.2303 of 1.2799.
  const auto row = logits_of({0.4f, 0.3f, 0.2f, 0.1f});
  CHECK((kept(row, TopH{0.5f}) == Ids{0}));        // 0.640 < 0.728
  CHECK((kept(row, TopH{0.6f}) == Ids{0, 1}));     // 0.768 > 0.728
  CHECK((kept(row, TopH{0.9f}) == Ids{0, 1, 2}));  // 1.152 > 1.050
  CHECK((kept(row, TopH{1.0f}) == Ids{0, 1, 2, 3}));
}

TEST_CASE("TopH keeps the first token even where it exceeds the share") {
  CHECK((kept(logits_of({0.3f, 0.4f, 0.3f}), TopH{0.01f}) == Ids{1}));
  CHECK((kept(std::vector<float>{masked, 3, masked}, TopH{0.5f}) == Ids{1}));
}

TEST_CASE("TopH drops all tokens that tie with the one that exceeds the share") {
  const auto row = logits_of({0.4f, 0.2f, 0.2f, 0.2f});  // H = 1.332: 0.3665, then 0.3219 each
  CHECK((kept(row, TopH{0.6f}) == Ids{0}));              // 0.799: the second would still have room
  CHECK((kept(std::vector<float>(5), TopH{0.5f}).size() == 5));  // who ties with the first is first
}

TEST_CASE("TopH keeps no more than a hundred tokens, even at one") {
  const auto row = make_row(RowKind::ascending, 1, 200);
  Ids hundred;
  for (TokenId id = 100; id < 200; ++id) hundred.push_back(id);
  CHECK(kept(row, TopH{1.0f}) == hundred);
}

TEST_CASE("TopH takes the entropy of the hundred likeliest alone") {
  // 1000 tokens of logit 0 would carry all of the entropy, if they counted.
  std::vector<float> row(1000);
  for (std::size_t i = 0; i < 100; ++i) row[i] = 1.0f + 0.01f * static_cast<float>(i);
  const Ids ids = kept(row, TopH{0.5f});
  CHECK(ids.size() > 30);
  CHECK(ids.size() < 70);
  CHECK(ids.back() == 99);
}

TEST_CASE("TopH of zero is idle; no share leaves a row without a token") {
  for (const RowKind kind : row_kinds) {
    for (const std::size_t size : {1u, 7u, 1000u}) {
      const auto row = make_row(kind, 2, size);
      CAPTURE(name_of(kind), size);
      CHECK(after(row, TopH{0.0f}) == row);
      for (const float h : {0.001f, 0.4f, 1.0f}) {
        const auto left = after(row, TopH{h});
        bool same = true;
        for (std::size_t i = 0; i < size; ++i) same &= left[i] == masked || left[i] == row[i];
        CHECK(same);
        CHECK(std::ranges::max(left) == std::ranges::max(row));
      }
    }
  }
}

static_assert(Composite<TopH> && !Truncation<TopH> && kinds_of<TopH> == 1);
static_assert(std::is_trivially_copyable_v<TopH> && sizeof(TopH) == sizeof(float));
