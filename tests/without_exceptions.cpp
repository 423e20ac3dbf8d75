/// \file without_exceptions.cpp
/// Everything that needs no third party compiles with -fno-exceptions -fno-rtti, and draws.

#include <tamis/generation.hpp>
#include <tamis/tamis.hpp>

int main() {
  const float logits[] = {1.0f, 3.0f, 0.5f, 2.8f, -1.0f};
  const tamis::Sampler sampler{tamis::Temperature{0.8f}, tamis::TopK{2}, tamis::TopP{0.9f}};
  tamis::simd::RowOf row(logits, {.seed = 7, .position = 0});
  const tamis::TokenId token = sampler(row).token;
  return token == 1 || token == 3 ? 0 : 1;
}
