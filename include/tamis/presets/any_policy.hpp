#pragma once

/// \file any_policy.hpp
/// A policy chosen at run time.

#include <variant>

#include "../policies/adaptive_p.hpp"
#include "../policies/dynamic_temperature.hpp"
#include "../policies/epsilon_cutoff.hpp"
#include "../policies/eta_cutoff.hpp"
#include "../policies/forced.hpp"
#include "../policies/frequency_penalty.hpp"
#include "../policies/greedy.hpp"
#include "../policies/green_list.hpp"
#include "../policies/gumbel_max.hpp"
#include "../policies/log_softmax.hpp"
#include "../policies/min_p.hpp"
#include "../policies/mirostat.hpp"
#include "../policies/multinomial.hpp"
#include "../policies/presence_penalty.hpp"
#include "../policies/push.hpp"
#include "../policies/repetition_penalty.hpp"
#include "../policies/scaled_push.hpp"
#include "../policies/smoothing.hpp"
#include "../policies/soft_cap.hpp"
#include "../policies/temperature.hpp"
#include "../policies/top_a.hpp"
#include "../policies/top_h.hpp"
#include "../policies/top_k.hpp"
#include "../policies/top_n_sigma.hpp"
#include "../policies/top_p.hpp"
#include "../policies/typical_p.hpp"
#include "../policies/xtc.hpp"

namespace tamis {

/// Every policy of the library, as one type. For an order of policies that is known only at run time.
using AnyPolicy = std::variant<Temperature, DynamicTemperature, Smoothing, SoftCap, LogSoftmax, RepetitionPenalty,
                               FrequencyPenalty, PresencePenalty, Push, ScaledPush, Forced, TopK, TopP, MinP, TopA,
                               TopNSigma, TopH, TypicalP, EpsilonCutoff, EtaCutoff, Xtc, Mirostat, AdaptiveP,
                               GreenList, Multinomial, GumbelMax, Greedy>;

}  // namespace tamis
