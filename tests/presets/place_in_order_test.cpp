#include <tamis/presets/place_in_order.hpp>

#include <tamis/policies/top_h.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/xtc.hpp>
#include <tamis/presets/standard.hpp>

#include "catch.hpp"
#include "team_row.hpp"

using namespace tamis;

TEST_CASE("A place counts from one, and a policy made of two takes two") {
  CHECK(place_in_order<TopK, Sampler<TopK, Xtc>> == 1);
  CHECK(place_in_order<Xtc, Sampler<TopK, Xtc>> == 2);
  CHECK(place_in_order<Xtc, Sampler<TopH, Xtc>> == 1 + detail::places_of(TopH{}));
  CHECK(place_in_order<Xtc, Sampler<TopK, TopK>> == 3);
}

TEST_CASE("The coin of XTC at its place in Standard is that which decides") {
  GenerationConfig config;
  config.do_sample = true, config.xtc_probability = 0.5, config.xtc_threshold = 0.05, config.top_p = 1;
  const Standard sampler(resolved(config));
  const std::vector<float> logits{2, 2, 1, -3};
  auto make_row = testing::team_row();
  int fallen = 0;
  for (std::uint64_t position = 0; position < 50; ++position) {
    const Stream stream{9, position};
    auto row = make_row(logits, stream, Facts{});
    const bool falls = stream.uniform(~0u, Standard::place_of_xtc) < 0.5f;
    CHECK((sampler.distribution(row).kept().size() < logits.size()) == falls);
    fallen += falls;
  }
  CHECK(fallen > 10);
  CHECK(fallen < 40);
}
