/// \file uses_eigen.cpp
/// Draws a token with tamis::eigen, the reference in double.

#include <cstdio>
#include <tamis/backends/eigen.hpp>
#include <tamis/tamis.hpp>

int main() {
  const float logits[] = {1.0f, 3.0f, 0.5f, 2.8f, -1.0f};
  const tamis::Sampler sampler{tamis::Temperature{0.8f}, tamis::TopK{2}};
  tamis::reference::RowOf row(logits, {.seed = 7, .position = 0});
  const tamis::TokenId token = sampler(row).token;
  std::printf("token %d\n", token);
  return token == 1 || token == 3 ? 0 : 1;
}
