/// \file test_your_own_sampler.cpp
/// Two samplers of somebody's own, and what the exact distribution says of their draws.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <tamis/tamis.hpp>
#include <tamis/testing/conform.hpp>
#include <vector>

/// Top-p, as it is often written: `keeps_last` says whether the token that reaches p is kept.
static tamis::TokenId own_sampler(std::vector<float> logits, double p, bool keeps_last,
                                  std::mt19937& random) {
  std::vector<std::size_t> order(logits.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return logits[a] > logits[b]; });
  double all = 0, sum = 0;
  for (const float logit : logits) all += std::exp(logit);
  std::vector<double> weights(logits.size(), 0.0);
  for (const std::size_t i : order) {
    const double share = std::exp(logits[i]) / all;
    if (sum + (keeps_last ? 0 : share) >= p) break;  // without the last, too few are left
    weights[i] = share;
    sum += share;
  }
  return std::discrete_distribution<int>(weights.begin(), weights.end())(random);
}

int main() {
  // quote: conform
  const std::vector<float> logits{2.0f, 1.5f, 1.0f, 0.5f, 0.0f, -1.0f};
  tamis::simd::RowOf row(logits, {});
  std::vector<double> right(logits.size(), 0.0);  // what a right sampler draws from
  for (const auto& kept : tamis::Sampler{tamis::TopP{0.8f}}.distribution(row).kept())
    right[static_cast<std::size_t>(kept.id)] = kept.probability;

  std::mt19937 random(7);
  for (const bool keeps_last : {true, false}) {
    tamis::testing::DrawCounts drawn(logits.size());
    for (int i = 0; i < 20000; ++i) drawn.add(own_sampler(logits, 0.8, keeps_last, random));
    const tamis::testing::ConformReport report = tamis::testing::conform(right, drawn);
    std::printf("the token that reaches p is %s: %s\n", keeps_last ? "kept" : "left out",
                report.passed() ? "these draws fit" : "these draws are of another distribution");
  }
  // quote end
}
