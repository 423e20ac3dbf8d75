/// \file cuts.cpp
/// Chains that cut at a logit which the row says.

#include <tamis/policies/min_p.hpp>
#include <tamis/policies/mirostat.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_n_sigma.hpp>

#include "step.hpp"

namespace tamis::bench {
namespace {

const int registered = [] {
  add_chain("min_p", Shape::synthetic, plain(Sampler{MinP{0.05f}, Temperature{0.8f}}));
  add_chain("top_n_sigma", Shape::synthetic, plain(Sampler{TopNSigma{1.0f}}));
  add_chain("mirostat", Shape::synthetic, plain(Sampler{Mirostat{5.0f, 0.1f, 10.0f}}));
  return 0;
}();

}  // namespace
}  // namespace tamis::bench
