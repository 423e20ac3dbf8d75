#include <tamis/policies/gumbel_max.hpp>

#include "catch.hpp"
#include "draws.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;

TEST_CASE("GumbelMax draws each token with its probability") {
  CHECK(
      compare(logits_of({0.5f, 0.25f, 0.125f, 0.1f, 0.02f, 0.005f}), 200000, GumbelMax{}).passed());
  CHECK(compare(make_row(RowKind::half_masked, 1, 130), 20000, GumbelMax{}).passed());
}

TEST_CASE("GumbelMax of a part of the row is a draw from that part") {
  // Shards can draw apart, for the noise of a token does not depend on the others.
  const auto row = make_row(RowKind::normal, 1, 100);
  for (std::uint64_t position = 0; position < 200; ++position) {
    const TokenId whole = draw_once(row, Stream{2, position}, GumbelMax{}).token;
    auto part = row;
    for (TokenId id = 0; id < 100; ++id) {
      if (id / 10 != whole / 10) part[static_cast<std::size_t>(id)] = masked;
    }
    CHECK(draw_once(part, Stream{2, position}, GumbelMax{}).token == whole);
  }
}

TEST_CASE("GumbelMax draws uniformly from equal logits, also where there are many") {
  const std::vector<float> row(1 << 14, 1.5f);
  std::vector<double> eighths(8, 0.125);
  DrawCounts counts(8);
  for (std::uint64_t position = 0; position < 2000; ++position) {
    counts.add(draw_once(row, Stream{4, position}, GumbelMax{}).token >> 11);
  }
  CHECK(chi_squared(eighths, counts).passed());
}

TEST_CASE("GumbelMax draws nothing from a row with nothing to draw, and says why") {
  const Choice none = draw_once(make_row(RowKind::all_masked, 1, 33), {}, GumbelMax{});
  CHECK((none.token == -1 && none.fault == Fault::all_masked));
  const Choice invalid = draw_once(make_row(RowKind::one_nan, 1, 33), {}, GumbelMax{});
  CHECK((invalid.token == -1 && invalid.fault == Fault::invalid_logit));
}

static_assert(Draw<GumbelMax> && HasScore<GumbelMax> && Proportional<GumbelMax>);
static_assert(kinds_of<GumbelMax> == 1 && std::is_empty_v<GumbelMax>);
