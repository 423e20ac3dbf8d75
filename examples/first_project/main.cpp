// quote: main
#include <cstdio>
#include <tamis/tamis.hpp>

/// A policy of one's own: what is above the knee grows half as fast.
struct Knee {
  float at_logit = 2.0f;

  constexpr auto logit(const auto& at) const {
    const auto z = at.logit();
    return tamis::select(z > at_logit, at_logit + 0.5f * (z - at_logit), z);
  }
};

int main() {
  const float logits[] = {1.0f, 3.0f, 0.5f, 2.8f, -1.0f};
  tamis::simd::RowOf row(logits, {.seed = 7, .position = 0});
  const tamis::Sampler sampler{Knee{2.0f}, tamis::Temperature{0.8f}, tamis::TopP{0.95f}};
  std::printf("drawn: %d\n", sampler(row).token);
  for (const auto& kept : sampler.distribution(row).kept())
    std::printf("token %d has probability %.3f\n", kept.id, kept.probability);
}
// quote end
