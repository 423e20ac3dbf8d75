/// \file sample_tensors.cpp
/// Draws the next token of four requests from one tensor of logits, each with its own sampler and history.

#include <ATen/Context.h>
#include <ATen/ops/randn.h>

#include <cstdio>
#include <tamis/backends/aten.hpp>
#include <tamis/tamis.hpp>
#include <vector>

using namespace tamis;

int main() {
  const int vocab_size = 32000;
  const at::Device device = at::hasCUDA() ? at::kCUDA : at::kCPU;
  at::manual_seed(7);
  const at::Tensor logits = at::randn({4, vocab_size}).mul(3).to(device);  // what a model returns

  // quote: sample
  // Each request has its tokens so far, from which follow counts and noise, and its sampler.
  using MySampler = Sampler<RepetitionPenalty, Temperature, TopK, TopP>;
  const std::vector<TokenId> prompt = {1, 15043, 29892};
  std::vector<Sequence> sequences;
  std::vector<MySampler> samplers;
  for (unsigned i = 0; i < 4; ++i) {
    sequences.emplace_back(prompt, /*seed=*/i);
    samplers.push_back(MySampler{RepetitionPenalty{1.1f}, Temperature{i < 2 ? 0.8f : 1.2f}, TopK{50}, TopP{0.95f}});
  }

  std::vector<Stream> streams;
  std::vector<Facts> facts;
  for (const Sequence& sequence : sequences) {
    streams.push_back(sequence.stream());
    facts.push_back(sequence.facts());
  }
  const auto choices = aten::sample(logits, samplers, streams, aten::facts_of(facts, vocab_size, device));
  if (!choices) {
    std::printf("%s\n", choices.error().message.c_str());
    return 1;
  }

  // choices->token and the others are tensors [4] on the device; this reads them, and so waits for it.
  for (const Choice& choice : choices->on_host())
    std::printf("token %5d, log-probability %6.3f\n", choice.token, -choice.surprise);
  // quote end
  return 0;
}
