/// \file typical.cpp
/// Chains that cut in another order than that of the logits.

#include <tamis/policies/typical_p.hpp>
#include <tamis/policies/xtc.hpp>

#include "step.hpp"

namespace tamis::bench {
namespace {

const int registered = [] {
  add_chain("typical_p", Shape::synthetic, plain(Sampler{TypicalP{0.95f}}));
  add_chain("xtc", Shape::synthetic, plain(Sampler{Xtc{0.1f, 0.5f}}));
  return 0;
}();

}  // namespace
}  // namespace tamis::bench
