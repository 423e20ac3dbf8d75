#include <tamis/backends/aten/rows_of.hpp>

#include <tamis/policies/adaptive_p.hpp>
#include <tamis/policies/at_least.hpp>
#include <tamis/policies/dynamic_temperature.hpp>
#include <tamis/policies/epsilon_cutoff.hpp>
#include <tamis/policies/eta_cutoff.hpp>
#include <tamis/policies/forced.hpp>
#include <tamis/policies/frequency_penalty.hpp>
#include <tamis/policies/greedy.hpp>
#include <tamis/policies/green_list.hpp>
#include <tamis/policies/gumbel_max.hpp>
#include <tamis/policies/log_softmax.hpp>
#include <tamis/policies/min_p.hpp>
#include <tamis/policies/presence_penalty.hpp>
#include <tamis/policies/push.hpp>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/scaled_push.hpp>
#include <tamis/policies/smoothing.hpp>
#include <tamis/policies/soft_cap.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_a.hpp>
#include <tamis/policies/top_h.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_n_sigma.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/policies/typical_p.hpp>
#include <tamis/policies/xtc.hpp>
#include <tamis/sampler.hpp>

#include "backends/aten/batch.hpp"

using namespace tamis;
using batches::check_tokens;

TEST_CASE("Tensors give team's tokens: the usual chain") {
  check_tokens(Sampler{RepetitionPenalty{1.1f}, Temperature{0.8f}, TopK{50}, TopP{0.95f}});
}
TEST_CASE("Tensors give team's tokens: no policy at all, the likeliest, and the race") {
  check_tokens(Sampler<>{});
  check_tokens(Sampler{Greedy{}});
  check_tokens(Sampler{Temperature{1.2f}, GumbelMax{}});
}
TEST_CASE("Tensors give team's tokens: what is repeated, pushed and forced") {
  check_tokens(Sampler{FrequencyPenalty{0.5f}, PresencePenalty{0.4f}, Push{0}, ScaledPush{1}});
  check_tokens(Sampler{Forced{true, 2}});
}
TEST_CASE("Tensors give team's tokens: truncations by a cut") {
  check_tokens(Sampler{MinP{0.05f}});
  check_tokens(Sampler{TopNSigma{1.0f}, EpsilonCutoff{0.001f}});
  check_tokens(Sampler{EtaCutoff{0.01f}, TopA{0.3f}});
}
TEST_CASE("Tensors give team's tokens: truncations in another order, and of another weight") {
  check_tokens(Sampler{TypicalP{0.7f}, AtLeast<MinP>{MinP{0.5f}, 3}});
  check_tokens(Sampler{Temperature{0.5f}, Xtc{0.01f, 0.5f}});
  check_tokens(Sampler{TopH{0.5f}});
}
TEST_CASE("Tensors give team's tokens: ties broken by the least id, for few and for many") {
  check_tokens(Sampler{TopK{5, Ties::least_id}});
  check_tokens(Sampler{TopK{500, Ties::least_id}, TopP{0.5f}});
}
TEST_CASE("Tensors give team's tokens: transforms that ask about the row") {
  check_tokens(Sampler{DynamicTemperature{0.5f, 1.5f, 1.0f}, Smoothing{0.3f, 1.5f}, SoftCap{30.0f}});
  check_tokens(Sampler{LogSoftmax{}, GreenList{0.25f, 2.0f}, TopP{0.9f}});
}
