#include <tamis/metrics/green_list_score.hpp>
#include <tamis/policies/green_list.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/testing/binomial.hpp>

#include "catch.hpp"
#include "marked_texts.hpp"

using namespace tamis;
using namespace tamis::metrics;
using namespace tamis::testing;

TEST_CASE("The tail of the binomial distribution is exact") {
  // Python: float(sum(comb(n, k) * Fraction(1, 4)**k * Fraction(3, 4)**(n - k) for k in ...))
  CHECK(metrics::detail::binomial_tail(60, 100, 0.25) ==
        Approx(1.3268346743587383e-13).epsilon(1e-11));
  CHECK(metrics::detail::binomial_tail(3, 10, 0.25) == Approx(0.4744071960449219).epsilon(1e-13));
  CHECK(metrics::detail::binomial_tail(0, 10, 0.25) == Approx(1).epsilon(1e-13));
  CHECK(metrics::detail::binomial_tail(0, 0, 0.25) == 1);
}

TEST_CASE("The score of a green list counts the green tokens of the text") {
  const std::vector<TokenId> text = plain_text(1);
  std::uint64_t green = 0;
  const std::size_t tokens = for_each_marked_token(text, 9, 1, [&](const Stream& s, TokenId id) {
    green += s.uniform(static_cast<std::uint32_t>(id), 0) < 0.25f;
  });
  CHECK(green_list_score(text, 9, 1, 0.25f).z == watermark_z_score(green, tokens, 0.25).z);
  CHECK(green_list_score({}, 9, 1, 0.25f).p_value == 1);
}

TEST_CASE("Texts of 200 tokens that were drawn with a green list are found, with its key") {
  const Watermark::Options watermark{
      .key = 15485863, .width = 1, .repeats = Watermark::Repeats::marked};
  int found = 0, found_with_another_key = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto text = drawn_text(Sampler{TopP{0.95f}, GreenList{}}, watermark, seed);
    found += green_list_score(text, watermark.key, 1, 0.25f).p_value < 1e-6;
    found_with_another_key += green_list_score(text, 1, 1, 0.25f).p_value < 1e-3;
  }
  CHECK(found == 50);
  CHECK(found_with_another_key <= 1);
}

TEST_CASE("A green list is found in a text without one no more often than the p-value says") {
  for (const double rate : {0.05, 0.005}) {
    double alarms = 0;
    for (std::uint32_t i = 0; i < 4000; ++i)
      alarms += green_list_score(plain_text(i), i, 1, 0.25f).p_value <= rate;
    CAPTURE(rate, alarms);
    CHECK(alarms < 4000 * rate + 4 * std::sqrt(4000 * rate));
    CHECK(alarms > 4000 * rate / 2 - 4 * std::sqrt(4000 * rate));  // counts come in steps
  }
}
