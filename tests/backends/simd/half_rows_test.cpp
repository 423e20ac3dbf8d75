// Rows of 16 bits are the rows of floats that they are exactly.
#include <limits>
#include <random>
#include <tamis/backends/row_of.hpp>
#include <tamis/core/bfloat16.hpp>
#include <tamis/core/float16.hpp>
#include <tamis/core/sequence.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_n_sigma.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/policies/typical_p.hpp>
#include <tamis/sampler.hpp>
#include <tamis/testing/rows.hpp>
#include <vector>

#include "../../catch.hpp"

using namespace tamis;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

Float16 shortened(Float16, float x) { return {half_of_float(x)}; }
BFloat16 shortened(BFloat16, float x) { return {static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(x) >> 16)}; }

/// Draws from a row of 16 bits and from that of the floats, at each register width, and expects the same bits.
template <class Short, class S>
void draws_alike(const S& sampler, const std::vector<float>& logits, Facts facts = {}) {
  std::vector<Short> halves;
  std::vector<float> widened;
  for (const float x : logits) {
    halves.push_back(shortened(Short(), x));
    widened.push_back(halves.back());
  }
  const int widest = simd::width;
  for (const int width : {4, 8, 16}) {
    if (width > widest) continue;
    simd::width = width;
    for (std::uint64_t position = 0; position < 5; ++position) {
      auto narrow_row = row_of(std::span<const Short>(halves), Stream{3, position}, facts);
      auto row = row_of(std::span<const float>(widened), Stream{3, position}, facts);
      S mine = sampler, other = sampler;
      const Choice a = mine(narrow_row), b = other(row);
      CHECK(a.fault == b.fault);
      CHECK(a.token == b.token);
      CHECK(a.logit == b.logit);
      CHECK(a.surprise == b.surprise);
    }
  }
  simd::width = widest;
}

template <class Short>
void chains_draw_alike(const std::vector<float>& logits, Facts facts = {}) {
  draws_alike<Short>(Sampler{Greedy{}}, logits, facts);
  draws_alike<Short>(Sampler{Temperature{0.8f}}, logits, facts);
  draws_alike<Short>(Sampler{RepetitionPenalty{1.3f}, TopP{0.9f}, Temperature{0.7f}}, logits, facts);
  draws_alike<Short>(Sampler{TopNSigma{1.5f}, TypicalP{0.8f}}, logits, facts);
}

}  // namespace

TEST_CASE("Rows of 16 bits draw the tokens of the floats that they are") {
  for (const std::size_t size : {1u, 7u, 31u, 512u, 513u, 1000u, 20000u}) {
    const auto logits = testing::make_row(testing::RowKind::normal, static_cast<std::uint32_t>(size), size);
    chains_draw_alike<Float16>(logits);
    chains_draw_alike<BFloat16>(logits);
  }
}

TEST_CASE("What a sequence and a guide say holds of rows of 16 bits") {
  const auto logits = testing::make_row(testing::RowKind::normal, 5, 3000);
  Sequence sequence;
  for (const TokenId id : {0, 5, 511, 512, 2999, 5, 17}) sequence.append(id);
  chains_draw_alike<Float16>(logits, sequence.facts());
  chains_draw_alike<BFloat16>(logits, sequence.facts());
  std::vector<std::uint32_t> allowed(3000 / 32 + 1, 0x00ff00ffu);
  sequence.set_allowed(allowed);
  chains_draw_alike<Float16>(logits, sequence.facts());
  chains_draw_alike<BFloat16>(logits, sequence.facts());
}

TEST_CASE("A half that is no number is a fault, and minus infinity is masked") {
  std::vector<float> logits = testing::make_row(testing::RowKind::normal, 6, 2000);
  logits[3] = logits[700] = -infinity;
  chains_draw_alike<Float16>(logits);
  chains_draw_alike<BFloat16>(logits);
  for (const float bad : {infinity, std::numeric_limits<float>::quiet_NaN()}) {
    for (const std::size_t place : {std::size_t{0}, std::size_t{1000}, std::size_t{1999}}) {
      std::vector<Float16> halves;
      for (const float x : logits) halves.push_back({half_of_float(x)});
      halves[place] = {half_of_float(bad)};
      auto row = row_of(std::span<const Float16>(halves), Stream{});
      CHECK(Sampler{Temperature{1.0f}}(row).fault == Fault::invalid_logit);
    }
  }
}
