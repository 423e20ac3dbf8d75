#include <tamis/policies/multinomial.hpp>

#include "catch.hpp"
#include "draws.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;

TEST_CASE("Multinomial lays the shares end to end in the order of ids") {
  // Shares of 1/2, 0, 1/4 and 1/4: the exact ends of these are 2^63, 2^63, 3 2^62 and 2^64.
  const std::vector<float> row = {std::log(2.0f), masked, 0, 0};
  for (std::uint64_t position = 0; position < 1000; ++position) {
    const Stream stream{3, position};
    const double where = static_cast<double>(stream.bits(1)) * 0x1p-64;
    const TokenId token = draw_once(row, stream, Multinomial{}).token;
    if (where < 0.499999) CHECK(token == 0);
    if (where > 0.500001 && where < 0.749999) CHECK(token == 2);
    if (where > 0.750001) CHECK(token == 3);
  }
}

TEST_CASE("Multinomial draws each token with its probability") {
  CHECK(compare(logits_of({0.5f, 0.25f, 0.125f, 0.1f, 0.02f, 0.005f}), 200000, Multinomial{})
            .passed());
  CHECK(compare(make_row(RowKind::half_masked, 1, 130), 20000, Multinomial{}).passed());
}

TEST_CASE("Multinomial says how surprising its choice was, in nats") {
  const auto row = logits_of({0.5f, 0.25f, 0.25f});
  for (std::uint64_t position = 0; position < 20; ++position) {
    const Choice choice = draw_once(row, Stream{1, position}, Multinomial{});
    CHECK(choice.surprise == Approx(choice.token == 0 ? std::log(2) : std::log(4)).epsilon(1e-5));
    CHECK(choice.logit == row[static_cast<std::size_t>(choice.token)]);
  }
}

TEST_CASE("Multinomial is meant where no draw is named") {
  const auto row = make_row(RowKind::normal, 1, 33);
  for (std::uint64_t position = 0; position < 100; ++position) {
    team::Shared shared;
    team::RowOf executor(team::Solo{}, shared, row.data(), 33, Stream{5, position});
    CHECK(Sampler<>()(executor).token == draw_once(row, Stream{5, position}, Multinomial{}).token);
  }
}

TEST_CASE("Multinomial draws nothing from a row with nothing to draw, and says why") {
  const Choice none = draw_once(make_row(RowKind::all_masked, 1, 33), {}, Multinomial{});
  CHECK((none.token == -1 && none.fault == Fault::all_masked));
  const Choice invalid = draw_once(make_row(RowKind::one_nan, 1, 33), {}, Multinomial{});
  CHECK((invalid.token == -1 && invalid.fault == Fault::invalid_logit));
}

static_assert(Multinomial{}.point(42) == 42);
static_assert(Draw<Multinomial> && HasPoint<Multinomial> && Proportional<Multinomial>);
static_assert(kinds_of<Multinomial> == 1 && std::is_empty_v<Multinomial>);
