/// \file whole_row.cpp
/// Chains that keep the whole row.

#include <tamis/policies/greedy.hpp>
#include <tamis/policies/gumbel_max.hpp>
#include <tamis/policies/temperature.hpp>

#include "step.hpp"

namespace tamis::bench {
namespace {

const int registered = [] {
  add_chain("greedy", Shape::synthetic, plain(Sampler{Greedy{}}));
  add_chain("temperature", Shape::synthetic, plain(Sampler{Temperature{0.8f}}));
  add_chain("gumbel_max", Shape::synthetic, plain(Sampler{Temperature{0.8f}, GumbelMax{}}));
  return 0;
}();

}  // namespace
}  // namespace tamis::bench
