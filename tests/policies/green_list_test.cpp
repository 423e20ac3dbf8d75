#include <tamis/policies/green_list.hpp>
#include <tamis/testing/binomial.hpp>

#include "catch.hpp"
#include "policy_checks.hpp"

using namespace tamis;
using namespace tamis::testing;

static std::vector<float> after(std::uint64_t mark, std::span<const float> logits, GreenList policy,
                                std::uint64_t seed = 0) {
  std::vector<float> left(logits.size(), masked);
  for (const auto& k : left_by(logits, {}, Stream{seed, 3, mark}, policy).kept())
    left[static_cast<std::size_t>(k.id)] = static_cast<float>(k.logit);
  return left;
}

TEST_CASE("GreenList adds delta to the tokens whose noise is below gamma, and to no others") {
  const std::vector<float> row = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  const Stream noise{.mark = 77};
  const auto left = after(77, row, {0.5f, 1.5f});
  int green = 0;
  for (std::uint32_t id = 0; id < row.size(); ++id) {
    const bool is_green = noise.uniform(id, 0) < 0.5f;
    CHECK(left[id] == row[id] + (is_green ? 1.5f : 0.0f));
    green += is_green;
  }
  CHECK((green > 0 && green < 10));
}

TEST_CASE("GreenList colours the noise from 0 up to gamma, and not gamma itself") {
  struct Token {
    float noise;
    float logit() const { return 1; }
    float uniform() const { return noise; }
  };
  const GreenList half{0.5f, 1.5f};
  CHECK(half.logit(Token{0.0f}) == 2.5f);
  CHECK(half.logit(Token{0.49999997f}) == 2.5f);  // the float before a half
  CHECK(half.logit(Token{0.5f}) == 1.0f);
  CHECK((GreenList{0.0f, 1.5f}.logit(Token{0.0f}) == 1.0f));  // a share of nothing is nobody
}

TEST_CASE("GreenList takes the share gamma of the vocabulary, another one after other tokens") {
  const std::vector<float> row(20000, 1.0f);
  for (const float gamma : {0.1f, 0.25f, 0.5f}) {
    const auto one = after(5, row, {gamma, 1.0f}), other = after(6, row, {gamma, 1.0f});
    double green = 0, both = 0;
    for (std::size_t i = 0; i < row.size(); ++i)
      green += one[i] > 1, both += one[i] > 1 && other[i] > 1;
    const double share = static_cast<double>(gamma);
    CAPTURE(gamma, green, both);
    CHECK(binomial_two_sided(20000, share, green) > 1e-3);
    CHECK(binomial_two_sided(20000, share * share, both) > 1e-3);
  }
}

TEST_CASE("GreenList does not know the seed") {
  const auto row = make_row(RowKind::normal, 1, 300);
  CHECK(after(9, row, {}, 1) == after(9, row, {}, 2));
}

TEST_CASE("GreenList makes green tokens as much likelier as delta says") {
  // Green tokens of probability G have G e^d / (1 - G + G e^d) after: Kirchenbauer et al.,
  // section 4.
  const std::vector<float> row(1000);
  const auto left = after(3, row, {0.25f, 2.0f});
  double green = 0, weight = 0, all = 0;
  for (const float z : left) {
    green += z > 0, all += std::exp(z);
    weight += z > 0 ? std::exp(z) : 0;
  }
  const double share = green / 1000;
  CHECK(weight / all == Approx(share * std::exp(2.0) / (1 - share + share * std::exp(2.0))));
}

TEST_CASE("GreenList obeys the laws that do not forbid to know the tokens") {
  for_each_row(3, 1000, [&](RowKind kind, const std::vector<float>& row) {
    CAPTURE(name_of(kind), row.size());
    CHECK(masked_stay_masked(GreenList{}, row));
    CHECK(idle_is_idle(GreenList{0.25f, 0.0f}, row) == 0);
  });
}

static_assert(GreenList{0.25f, 0.0f}.idle() && !GreenList{}.idle());
static_assert(Transform<GreenList> && !HasRowLogit<GreenList> && kinds_of<GreenList> == 1);
static_assert(std::is_trivially_copyable_v<GreenList> && sizeof(GreenList) == 2 * sizeof(float));
