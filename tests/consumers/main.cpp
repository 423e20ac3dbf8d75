#include <cstdio>
#include <tamis/tamis.hpp>
int main() {
  const float logits[] = {1.0f, 3.0f, 0.5f, 2.8f, -1.0f};
  const tamis::Sampler sampler{tamis::Temperature{0.8f}, tamis::TopK{2}};
  tamis::simd::RowOf row(logits, {.seed = 7, .position = 0});
  std::printf("token %d\n", sampler(row).token);
}
