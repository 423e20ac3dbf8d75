/// \file order.cpp
/// The same two policies in two orders, and what each lets through.

#include <cstdio>
#include <tamis/tamis.hpp>

namespace {

void show(const char* name, const tamis::Distribution& distribution) {
  std::printf("%s\n", name);
  for (const auto& kept : distribution.kept())
    std::printf("  token %d with probability %.3f\n", kept.id, kept.probability);
}

}  // namespace

int main() {
  // quote: order
  const float logits[] = {2.0f, 1.0f, 0.0f, -3.0f};
  tamis::simd::RowOf row(logits, {});

  const tamis::Sampler sharpened_first{tamis::Temperature{0.5f}, tamis::TopP{0.85f}};
  const tamis::Sampler cut_first{tamis::TopP{0.85f}, tamis::Temperature{0.5f}};
  show("Temperature, then TopP:", sharpened_first.distribution(row));
  show("TopP, then Temperature:", cut_first.distribution(row));
  // quote end
}
