// The backends against each other: simd and team bit for bit at every width, and both with the reference
// on what is kept and how probable it is.
#include <tamis/backends/eigen.hpp>
#include <tamis/backends/simd.hpp>
#include <tamis/backends/team.hpp>
#include <tamis/policies/frequency_penalty.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/gumbel_max.hpp>
#include <tamis/policies/min_p.hpp>
#include <tamis/policies/mirostat.hpp>
#include <tamis/policies/presence_penalty.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/policies/typical_p.hpp>
#include <tamis/policies/xtc.hpp>
#include <tamis/sampler.hpp>

#include <bit>
#include <cmath>
#include <random>
#include <vector>

#include "catch.hpp"

using namespace tamis;

namespace {

/// A row with what is known of its tokens. Every third has ties, every fifth masked tokens, every fifth
/// some that stand out, and every seventh a guide.
struct Case {
  std::vector<float> logits;
  std::vector<Occurrence> few;
  std::vector<std::uint32_t> allowed;
  Stream stream;

  Case(int vocab, std::uint32_t step) : logits(vocab), stream{42, step} {
    std::mt19937 random(step * 7919 + vocab);
    std::normal_distribution<float> normal(0, 3);
    const float spread = step % 4 == 1 ? 0.03f : step % 4 == 2 ? 3.0f : 1.0f;
    for (float& z : logits) z = normal(random) * spread;
    if (step % 3 == 0)
      for (float& z : logits) z = std::round(z);
    if (step % 5 == 1 && vocab > 100)
      for (int i = 0; i < 20; ++i) logits[random() % vocab] = masked;
    if (step % 5 == 2)
      for (int i = 0; i < 8; ++i) logits[random() % vocab] += 9;
    for (int id = 0; id < vocab; ++id)
      if (random() % 64 == 0) {
        few.push_back({id, static_cast<std::uint32_t>(random() % 3), static_cast<std::uint32_t>(random() % 2),
                       id % 7 ? 0.0f : 0.5f, {}});
      }
    if (step % 7 == 3) {
      allowed.resize((vocab + 31) / 32);
      for (auto& word : allowed) word = static_cast<std::uint32_t>(random()) | 1u;
    }
  }
  Facts facts() const { return {.few = few, .allowed = allowed.empty() ? nullptr : allowed.data()}; }
};

bool same(const Choice& a, const Choice& b) {
  return a.token == b.token && a.fault == b.fault && a.logit == b.logit && a.surprise == b.surprise;
}

/// How many tokens the two distributions disagree about, but for tokens on the edge of a cut.
int differences(const Distribution& a, const Distribution& b) {
  const double entropy = a.entropy();
  int differ = std::abs(entropy - b.entropy()) > 1e-4 * (1 + entropy);
  for (const auto& kept : a.kept()) {
    differ += std::abs(a.log_probability(kept.id) - b.log_probability(kept.id)) > 1e-4 * (1 + std::abs(kept.logit));
  }
  return differ + (a.kept().size() != b.kept().size());
}

template <class S>
void agree(const S& sampler) {
  int bits = 0, kept = 0, rows = 0;
  for (const int vocab : {1, 7, 130, 1000, 8200, 32003}) {
    for (std::uint32_t step = 0; step < (vocab > 5000 ? 8u : 40u); ++step, ++rows) {
      const Case c(vocab, step);
      team::Shared shared;
      team::RowOf team_row(team::Solo{}, shared, c.logits.data(), vocab, c.stream, c.facts());
      S team_sampler = sampler;
      const Choice want = team_sampler(team_row);
      for (const int width : {4, 8, 16}) {
        if (width > simd::widest()) break;
        simd::width = width;
        simd::RowOf row(c.logits, c.stream, c.facts());
        S simd_sampler = sampler;
        bits += !same(simd_sampler(row), want);
      }
      simd::width = simd::widest();
      if (vocab > 10000) continue;
      reference::RowOf reference_row(c.logits, c.stream, c.facts());
      kept += differences(sampler.distribution(reference_row), sampler.distribution(team_row)) > 0;
    }
  }
  CHECK(bits == 0);
  CHECK(kept <= rows / 50);  // rows whose cut falls between two roundings
}

}  // namespace

TEST_CASE("simd and team draw the same token bit for bit, and keep what the reference keeps") {
  SECTION("greedy") { agree(Sampler{Greedy{}}); }
  SECTION("whole row") { agree(Sampler{Temperature{0.8f}}); }
  SECTION("Gumbel-max") { agree(Sampler{Temperature{0.8f}, GumbelMax{}}); }
  SECTION("penalties, top-k, top-p") {
    agree(Sampler{RepetitionPenalty{1.2f}, FrequencyPenalty{0.3f}, PresencePenalty{0.1f}, Temperature{0.8f}, TopK{50},
                  TopP{0.9f}});
  }
  SECTION("top-p alone") { agree(Sampler{TopP{0.95f}}); }
  SECTION("min-p") { agree(Sampler{MinP{0.1f}, Temperature{1.5f}}); }
  SECTION("typical") { agree(Sampler{TypicalP{0.5f}}); }
  SECTION("XTC") { agree(Sampler{Temperature{0.5f}, Xtc{0.01f, 0.5f}}); }
  SECTION("mirostat") { agree(Sampler{Mirostat{}}); }
  SECTION("greedy after penalties") { agree(Sampler{RepetitionPenalty{1.5f}, Greedy{}}); }
}
