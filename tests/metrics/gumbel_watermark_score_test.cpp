#include <tamis/metrics/gumbel_watermark_score.hpp>
#include <tamis/policies/gumbel_max.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/testing/binomial.hpp>

#include "catch.hpp"
#include "marked_texts.hpp"

using namespace tamis;
using namespace tamis::metrics;
using namespace tamis::testing;

TEST_CASE("The tail of the gamma distribution is exact") {
  // Python: exp(-s) * sum(s**k / factorial(k) for k in range(n)), with 60 digits
  CHECK(metrics::detail::gamma_tail(1, 2) == Approx(0.1353352832366127).epsilon(1e-14));
  CHECK(metrics::detail::gamma_tail(3, 2.5) == Approx(0.5438131158833295).epsilon(1e-14));
  CHECK(metrics::detail::gamma_tail(200, 150) == Approx(0.9999429031142579).epsilon(1e-12));
  CHECK(metrics::detail::gamma_tail(200, 260) == Approx(4.750012444300876e-05).epsilon(1e-12));
  CHECK(metrics::detail::gamma_tail(1000, 2500) == Approx(2.645982074544256e-256).epsilon(1e-10));
  CHECK(metrics::detail::gamma_tail(0, 0) == 1);
}

TEST_CASE("The score of a Gumbel watermark adds up -ln v over the text") {
  const std::vector<TokenId> text = plain_text(1);
  double score = 0, tokens = 0;
  for_each_marked_token(text, 9, 4, [&](const Stream& noise, TokenId id) {
    score -= std::log(static_cast<double>(noise.small_uniform(static_cast<std::uint32_t>(id), 0)));
    ++tokens;
  });
  const auto found = gumbel_watermark_score(text, 9, 4);
  CHECK(found.z == Approx((score - tokens) / std::sqrt(tokens)));
  CHECK(gumbel_watermark_score({}, 9, 4).p_value == 1);
}

TEST_CASE("Texts of 200 tokens that GumbelMax drew with a watermark are found, with its key") {
  const Watermark::Options watermark{.key = 42};
  int found = 0, found_with_another_key = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto text = drawn_text(Sampler{TopP{0.95f}, GumbelMax{}}, watermark, seed);
    found += gumbel_watermark_score(text, watermark.key, 4).p_value < 1e-12;
    found_with_another_key += gumbel_watermark_score(text, 1, 4).p_value < 1e-3;
  }
  CHECK(found == 50);
  CHECK(found_with_another_key <= 1);
}

TEST_CASE("A Gumbel watermark is found in a text without one as often as the p-value says") {
  for (const double rate : {0.05, 0.005}) {
    double alarms = 0;
    for (std::uint32_t i = 0; i < 4000; ++i)
      alarms += gumbel_watermark_score(plain_text(i), i, 4).p_value <= rate;
    CAPTURE(rate, alarms);
    CHECK(binomial_two_sided(4000, rate, alarms) > 1e-3);
  }
}
