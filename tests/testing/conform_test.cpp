#include <tamis/core/philox.hpp>
#include <tamis/core/half.hpp>
#include <tamis/testing/batch_invariance.hpp>
#include <tamis/testing/conform.hpp>
#include <tamis/testing/rows.hpp>

#include "catch.hpp"
#include "samplers.hpp"

using namespace tamis;
using namespace tamis::testing;
using samplers::Row;

/// How many of 20 runs the draws of a distribution fail to conform to another.
static int failures(const Row& right, const Row& wrong, int draws) {
  const samplers::Inverse sampler(wrong);
  int failed = 0;
  for (int run = 0; run < 20; ++run)
    failed += !conform(right, sampler.draw(run, draws), 1e-3).passed();
  return failed;
}

TEST_CASE(
    "conform accepts 1000 correct samplers, each of another distribution, at the rate stated") {
  int rejected = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    samplers::Random random{i};
    const auto size = static_cast<std::size_t>(2 + random.bits() % 500);
    auto p = samplers::softmax(samplers::logits(i, size, 0.1 + 3 * random.uniform()),
                               0.5 + random.uniform());
    if (i % 2) p = samplers::top_p(p, random.uniform());
    rejected += !conform(p, samplers::Inverse(p).draw(1'000'000 + i, 3000), 0.01).passed();
  }
  CAPTURE(rejected);
  CHECK(rejected <= samplers::expected_rejections(1000, 0.01).most);
  CHECK(rejected >= 1);  // nor does it pass everything
}

TEST_CASE("conform finds a top-p that keeps one token less or more, with 10,000 draws") {
  const Row p = samplers::softmax(samplers::logits(3, 100, 2));
  const auto kept = samplers::nucleus(p, 0.9);
  CHECK(failures(samplers::keep(p, kept), samplers::keep(p, kept - 1), 10'000) >= 19);
  CHECK(failures(samplers::keep(p, kept), samplers::keep(p, kept + 1), 10'000) >= 19);
  CHECK(failures(samplers::keep(p, kept), samplers::keep(p, kept), 10'000) == 0);
}

TEST_CASE("conform finds top-k and top-p swapped, with 10,000 draws") {
  const Row p = samplers::softmax(samplers::logits(4, 1000, 2));
  const Row top_k_first = samplers::top_p(samplers::keep(p, 40), 0.9);
  const Row top_p_first = samplers::keep(samplers::top_p(p, 0.9), 40);
  CHECK(failures(top_k_first, top_p_first, 10'000) == 20);
  CHECK(failures(top_p_first, top_k_first, 10'000) == 20);
}

TEST_CASE(
    "conform finds a temperature that comes after top-p instead of before, with 10,000 draws") {
  const Row z = samplers::logits(5, 1000, 3);
  const Row before = samplers::top_p(samplers::softmax(z, 0.7), 0.9);
  Row after =
      samplers::keep(samplers::softmax(z, 0.7), samplers::nucleus(samplers::softmax(z), 0.9));
  CHECK(failures(before, after, 10'000) == 20);
}

TEST_CASE("conform finds a temperature that is off by 2 percent, with 200,000 draws") {
  const Row z = samplers::logits(3, 100, 2);
  CHECK(failures(samplers::softmax(z), samplers::softmax(z, 1.02), 200'000) >= 19);
}

TEST_CASE("conform finds a penalty that forgets the prompt, with 10,000 draws") {
  const Row z = samplers::logits(6, 200, 2);
  std::vector<TokenId> prompt;  // the tokens of probability above 0.03, as a prompt that is on the
                                // subject would have
  for (std::size_t i = 0; i < z.size(); ++i)
    if (samplers::softmax(z)[i] > 0.03) prompt.push_back(static_cast<TokenId>(i));
  const std::vector<TokenId> output{3, 17, 150};
  std::vector<TokenId> both = prompt;
  both.insert(both.end(), output.begin(), output.end());
  const Row right = samplers::softmax(samplers::penalized(z, both, 1.2));
  const Row wrong = samplers::softmax(samplers::penalized(z, output, 1.2));
  CHECK(failures(right, wrong, 10'000) == 20);
}

TEST_CASE("conform finds two tokens permuted, with 20,000 draws") {
  const Row p = samplers::softmax(samplers::logits(3, 100, 2));
  Row permuted = p;
  std::rotate(permuted.begin() + 20, permuted.begin() + 21, permuted.begin() + 23);
  CHECK(failures(p, permuted, 20'000) >= 19);
}

TEST_CASE(
    "conform finds noise of 24 bits, by inversion and by Gumbel-max, with a million draws from a "
    "long tail") {
  const auto logits = make_row(RowKind::long_tail, 0, std::size_t{1} << 17);
  const Row p = samplers::softmax(Row(logits.begin(), logits.end()));
  const samplers::Inverse inverse(p);
  const auto by_inversion = [&](int bits) {
    samplers::Random random{7};
    DrawCounts drawn(p.size());
    for (int i = 0; i < 1'000'000; ++i)
      drawn.add(
          inverse.at(std::ldexp(static_cast<double>(random.bits() >> (64 - bits)) + 0.5, -bits)));
    return conform(p, drawn, 1e-6);
  };
  CHECK(by_inversion(53).passed());
  CHECK_FALSE(by_inversion(24).passed());
  CHECK_FALSE(by_inversion(24).rare_tokens.passed());

  // Gumbel-max: the greatest of the tail's 131,071 uniforms against that of the last token, drawn
  // as such: ceil or floor of a power is what the maximum of many numbers on a grid is.
  const auto by_gumbel = [&](int bits) {
    samplers::Random random{8};
    const double grid = std::ldexp(1.0, bits), tail = static_cast<double>(p.size() - 1);
    const auto on_grid = [&](double u) { return (std::floor(u * grid) + 0.5) / grid; };
    DrawCounts drawn(p.size());
    for (int i = 0; i < 1'000'000; ++i) {
      const double greatest = on_grid(std::pow(random.uniform(), 1 / tail));
      const double last = on_grid(random.uniform());
      const bool in_tail =
          -std::log(-std::log(greatest)) > logits.back() - std::log(-std::log(last));
      drawn.add(in_tail ? static_cast<TokenId>(random.bits() % (p.size() - 1))
                        : static_cast<TokenId>(p.size() - 1));
    }
    return conform(p, drawn, 1e-6);
  };
  CHECK(by_gumbel(53).passed());
  CHECK_FALSE(by_gumbel(24).passed());
}

TEST_CASE("conform finds a distribution function summed in float16, with 20,000 draws") {
  const Row p = samplers::softmax(samplers::logits(4, 1000, 2));
  Row sums(p.size());
  float sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const float before = sum;
    sum =
        float_of_half(half_of_float(sum + float_of_half(half_of_float(static_cast<float>(p[i])))));
    sums[i] = sum - before;
  }
  CHECK(failures(p, sums, 20'000) == 20);
}

TEST_CASE(
    "A seed that depends on the slot of the batch conforms, and is what batch_invariance is for") {
  const Row p = samplers::softmax(samplers::logits(3, 100, 2));
  const samplers::Inverse inverse(p);
  const auto draw_batch = [&](std::span<const DrawRequest> requests) {
    std::vector<TokenId> tokens;
    for (std::size_t slot = 0; slot < requests.size(); ++slot)
      tokens.push_back(inverse.at(
          (philox(requests[slot].seed + slot, requests[slot].position, 0).word[0] + 0.5) /
          4294967296.0));
    return tokens;
  };
  std::vector<DrawRequest> requests;
  for (std::uint64_t i = 0; i < 10'000; ++i) requests.push_back({0, i * 100'000, 0});
  CHECK(conform(p, DrawCounts(draw_batch(requests), p.size())).passed());
  CHECK_FALSE(batch_invariance(draw_batch, std::span(requests).first(50)).passed());
}
