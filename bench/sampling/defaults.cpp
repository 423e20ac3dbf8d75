/// \file defaults.cpp
/// llama.cpp's default chain: alone, behind penalties for 64 tokens of history, and under a grammar's mask.

#include <tamis/policies/frequency_penalty.hpp>
#include <tamis/policies/min_p.hpp>
#include <tamis/policies/presence_penalty.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_p.hpp>

#include "step.hpp"

namespace tamis::bench {
namespace {

const int registered = [] {
  const Sampler chain{TopK{40}, TopP{0.95f}, MinP{0.05f}, Temperature{0.8f}};
  add_chain("top_k", Shape::synthetic, plain(Sampler{TopK{50}, Temperature{0.8f}}));
  add_chain("default_chain", Shape::synthetic, plain(chain));
  add_chain("grammar_mask", Shape::synthetic, [=](int vocab_size) {
    Sequence sequence;
    sequence.set_allowed(mask(vocab_size));
    return knowing(chain, std::move(sequence));
  });
  const Sampler penalized{RepetitionPenalty{1.1f}, FrequencyPenalty{0.1f}, PresencePenalty{0.1f},
                          TopK{40},                TopP{0.95f},            MinP{0.05f},
                          Temperature{0.8f}};
  add_chain("penalties_default_chain", Shape::synthetic, [=](int vocab_size) {
    Sequence sequence;
    for (const TokenId id : history(vocab_size, 64)) sequence.append(id);
    return knowing(penalized, std::move(sequence));
  });
  return 0;
}();

}  // namespace
}  // namespace tamis::bench
