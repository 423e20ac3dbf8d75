/// \file hello.cpp
/// The least there is to do: a sampler, a row of logits, ten tokens.

// quote: hello
#include <cstdio>
#include <tamis/tamis.hpp>

int main() {
  const float logits[] = {1.0f, 3.0f, 0.5f, 2.8f, -1.0f};  // what a model says of each token
  const tamis::Sampler sampler{tamis::Temperature{0.8f}, tamis::TopK{50}, tamis::TopP{0.95f}};

  for (std::uint64_t step = 0; step < 10; ++step) {
    tamis::simd::RowOf row(logits, {.seed = 7, .position = step});
    std::printf("%d ", sampler(row).token);
  }
}
// quote end
