#pragma once

/// \file orders.hpp
/// The orders in which the peers apply their policies. A sampler's type is its order.

#include "../policies/adaptive_p.hpp"
#include "../policies/dynamic_temperature.hpp"
#include "../policies/epsilon_cutoff.hpp"
#include "../policies/eta_cutoff.hpp"
#include "../policies/forced.hpp"
#include "../policies/frequency_penalty.hpp"
#include "../policies/min_p.hpp"
#include "../policies/presence_penalty.hpp"
#include "../policies/push.hpp"
#include "../policies/repetition_penalty.hpp"
#include "../policies/scaled_push.hpp"
#include "../policies/temperature.hpp"
#include "../policies/top_h.hpp"
#include "../policies/top_k.hpp"
#include "../policies/top_n_sigma.hpp"
#include "../policies/top_p.hpp"
#include "../policies/typical_p.hpp"
#include "../policies/xtc.hpp"
#include "../sampler.hpp"

namespace tamis::orders {

/// HF transformers, `GenerationMixin._get_logits_processor`: biases and bans are facts and come first.
using hf = Sampler<RepetitionPenalty, Forced, ScaledPush, Temperature, TopH, TopK, TopP, MinP, TypicalP,
                   EpsilonCutoff, EtaCutoff>;

/// llama.cpp, `common_params_sampling::samplers`: the temperature is last.
using llama_cpp = Sampler<RepetitionPenalty, FrequencyPenalty, PresencePenalty, Push, TopNSigma, TopK, TypicalP, TopP,
                          MinP, Xtc, DynamicTemperature, Temperature>;

/// llama.cpp with `adaptive_target`: adaptive-p ends the chain. (With `mirostat`, that stands for all but the temperature.)
using llama_cpp_adaptive = Sampler<RepetitionPenalty, FrequencyPenalty, PresencePenalty, Push, TopNSigma, TopK, TypicalP,
                                   TopP, MinP, Xtc, DynamicTemperature, Temperature, AdaptiveP>;

/// vLLM: bias before penalties, min-p before top-k and top-p.
using vllm = Sampler<RepetitionPenalty, FrequencyPenalty, PresencePenalty, Temperature, MinP, TopK, TopP>;

/// SGLang: additive penalties first, RepetitionPenalty with Counted::output; the bias, pushed, after them; top-k
/// and top-p joint on one distribution: FlashInfer's `filter_apply_order="joint"` keeps a token where fewer than k are
/// likelier and those have less than p of the mass. That is top-p and then top-k, to the ties: what top-p leaves is a
/// front of the order, so that as many are likelier as before. (With min-p, SGLang on FlashInfer goes one after the
/// other, top-k first; on torch it stays joint, as here.)
using sglang = Sampler<FrequencyPenalty, PresencePenalty, RepetitionPenalty, Push, Temperature, TopP, TopK, MinP>;

/// The OpenAI API: bias, two penalties, temperature, nucleus.
using openai = Sampler<FrequencyPenalty, PresencePenalty, Temperature, TopP>;

}  // namespace tamis::orders
