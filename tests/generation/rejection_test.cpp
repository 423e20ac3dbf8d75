#include <tamis/generation/rejection.hpp>

#include <algorithm>
#include <cmath>
#include <tamis/backends/row_of.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/mirostat.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/sampler.hpp>
#include <tamis/testing/chi_squared.hpp>
#include <tamis/testing/draw_counts.hpp>
#include <vector>

#include "catch.hpp"

using namespace tamis;

static std::vector<float> logs_of(std::vector<float> probabilities) {
  for (float& p : probabilities) p = p > 0 ? std::log(p) : masked;
  return probabilities;
}
static Distribution distribution_of(const std::vector<float>& probabilities) {
  Distribution all;
  for (std::size_t id = 0; id < probabilities.size(); ++id)
    if (probabilities[id] > 0) all.add(static_cast<TokenId>(id), std::log(probabilities[id]));
  all.complete(Fault::none);
  return all;
}

/// What has come of many proposals.
struct Judged {
  std::vector<std::uint64_t> counts;
  int accepted = 0;
};

/// Draws `draws` times from p, proposing tokens of q.
static Judged judge(const std::vector<float>& p, const std::vector<float>& q, int draws) {
  const auto logits = logs_of(p), drafts = logs_of(q);
  const Distribution drawn_from = distribution_of(q);
  Sampler<> sampler;
  Rejection rejection(sampler);
  Judged judged{std::vector<std::uint64_t>(p.size()), 0};
  for (int i = 0; i < draws; ++i) {
    auto draft = row_of(drafts, Stream{99, static_cast<std::uint64_t>(i)});
    const TokenId proposed = sampler(draft).token;
    rejection.propose(proposed, &drawn_from);
    auto row = row_of(logits, Stream{1, static_cast<std::uint64_t>(i)});
    const TokenId token = rejection(row).token;
    judged.accepted += token == proposed;
    ++judged.counts[static_cast<std::size_t>(token)];
  }
  return judged;
}

TEST_CASE(
    "What is drawn by rejection is distributed as the target, and sum min(p, q) is accepted") {
  const std::vector<std::vector<float>> targets{
      {0.5f, 0.2f, 0.2f, 0.1f}, {0.05f, 0.05f, 0.9f, 0}, {0.25f, 0.25f, 0.25f, 0.25f}};
  const std::vector<std::vector<float>> drafts{
      {0.5f, 0.2f, 0.2f, 0.1f}, {0.1f, 0.6f, 0, 0.3f}, {0, 0, 0, 1}, {0.01f, 0.01f, 0.97f, 0.01f}};
  constexpr int draws = 20000;
  for (const auto& p : targets)
    for (const auto& q : drafts) {
      const Judged judged = judge(p, q, draws);
      const std::vector<double> exact(p.begin(), p.end());
      testing::DrawCounts counts(exact.size());
      for (std::size_t id = 0; id < exact.size(); ++id)
        for (std::uint64_t n = 0; n < judged.counts[id]; ++n) counts.add(static_cast<TokenId>(id));
      const auto report = testing::chi_squared(exact, counts, 1e-4);
      INFO("chi-squared " << report.statistic << " p " << report.p_value);
      CHECK(report.passed());
      double overlap = 0;
      for (std::size_t id = 0; id < p.size(); ++id) overlap += std::min(p[id], q[id]);
      // What is drawn anew is never what was proposed, so these are the accepted; four standard
      // deviations.
      const double rate = judged.accepted / static_cast<double>(draws);
      CHECK(std::abs(rate - overlap) <=
            4 * std::sqrt(std::max(0.0, overlap * (1 - overlap)) / draws) + 1e-6);
    }
}

TEST_CASE(
    "A certain token is accepted with its probability, and is not drawn anew when it is rejected") {
  const std::vector<float> p{0.7f, 0.2f, 0.1f};
  const auto logits = logs_of(p);
  Sampler<> sampler;
  Rejection rejection(sampler);
  int counts[3] = {};
  for (std::uint64_t i = 0; i < 20000; ++i) {
    rejection.propose(0, nullptr);
    auto row = row_of(logits, Stream{5, i});
    ++counts[rejection(row).token];
  }
  CHECK(std::abs(counts[0] - 14000) < 4 * 65);
  CHECK(std::abs(counts[1] - 4000) < 4 * 57);
}

TEST_CASE("Without a proposal the sampler draws as it does alone, and a proposal is for one draw") {
  const auto logits = logs_of({0.3f, 0.3f, 0.4f});
  Sampler<> sampler;
  Rejection rejection(sampler);
  for (std::uint64_t i = 0; i < 200; ++i) {
    auto alone = row_of(logits, Stream{5, i}), row = row_of(logits, Stream{5, i});
    CHECK(rejection(row).token == sampler(alone).token);
    if (i % 2 == 0) {
      rejection.propose(1, nullptr);
      auto proposed = row_of(logits, Stream{6, i});
      (void)rejection(proposed);
    }
  }
}

TEST_CASE("A token that the sampler drops is never accepted, and a row without tokens is a fault") {
  const auto logits = logs_of({0.3f, 0.7f, 0});
  Sampler<Temperature, Greedy> sampler{Temperature{1}, Greedy{}};
  Rejection rejection(sampler);
  for (const TokenId proposed : {0, 1, 2}) {
    rejection.propose(proposed, nullptr);
    auto row = row_of(logits, Stream{});
    CHECK(rejection(row).token == 1);
  }
  rejection.propose(0, nullptr);
  const std::vector<float> nothing(3, masked);
  auto row = row_of(nothing, Stream{});
  CHECK(rejection(row).fault == Fault::all_masked);
}

TEST_CASE(
    "A sampler that learns sees what was accepted and what was drawn anew, with its surprise") {
  const auto logits = logs_of({0.5f, 0.25f, 0.25f});
  for (const TokenId proposed : {0, 1, 2}) {
    Sampler<Mirostat> sampler{Mirostat{1, 0.5f, 5}}, told{Mirostat{1, 0.5f, 5}};
    Rejection rejection(sampler);
    rejection.propose(proposed, nullptr);
    auto row = row_of(logits, Stream{3, 3}), same = row_of(logits, Stream{3, 3});
    const Choice choice = rejection(row);
    CHECK(choice.surprise ==
          Approx(choice.token == 0 ? std::log(2.0) : std::log(4.0)).margin(1e-5));
    told.observe(same, choice);
    // mu is seen in what the next row leaves.
    const auto steep = logs_of({0.97f, 0.02f, 0.01f});
    auto a = row_of(steep, Stream{}), b = row_of(steep, Stream{});
    CHECK(sampler.distribution(a).kept().size() == told.distribution(b).kept().size());
  }
}
