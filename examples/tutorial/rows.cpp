/// \file rows.cpp
/// A batch of rows, each with a sampler and a history of its own.

#include <cstdio>
#include <tamis/generation/draw_rows.hpp>
#include <tamis/tamis.hpp>
#include <vector>

int main() {
  // quote: rows
  using Sampler = tamis::Sampler<tamis::Temperature, tamis::TopP>;
  const std::vector<float> logits{2, 1, 0, -1,  // [3, 4], row after row
                                  0, 1, 2, 3,   //
                                  1, 1, 1, 1};
  std::vector<Sampler> samplers{{tamis::Temperature{0.2f}, tamis::TopP{1.0f}},
                                {tamis::Temperature{1.0f}, tamis::TopP{0.9f}},
                                {tamis::Temperature{2.0f}, tamis::TopP{0.5f}}};
  const std::vector<tamis::Sequence> sequences{tamis::Sequence({}, 1), tamis::Sequence({}, 2),
                                               tamis::Sequence({}, 3)};
  std::vector<tamis::Choice> choices(3);
  tamis::draw_rows<Sampler>(logits, samplers, sequences, choices);
  for (const tamis::Choice& choice : choices) std::printf("%d ", choice.token);
  // quote end
  std::puts("");
}
