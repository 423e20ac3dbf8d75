/// \file nucleus.cpp
/// Chains that cut by mass.

#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_p.hpp>

#include "step.hpp"

namespace tamis::bench {
namespace {

const int registered = [] {
  const auto warm = plain(Sampler{Temperature{0.8f}, TopP{0.95f}});
  add_chain("top_p_peaked", Shape::peaked, warm);
  add_chain("top_p_warm", Shape::synthetic, warm);
  const auto top_p = plain(Sampler{TopP{0.95f}, Temperature{0.8f}});
  add_chain("top_p", Shape::synthetic, top_p);
  add_chain("top_p_flat", Shape::flat, top_p);
  return 0;
}();

}  // namespace
}  // namespace tamis::bench
