/// \file compiles.cu
/// What the host and the device share compiles for the device: policies, the chain and the team that draws from a row.

#include <tamis/tamis.hpp>

namespace {

/// A policy of a user: no annotation, no CUDA.
struct Cautious {
  float a = 0.2f;
  constexpr auto cut(const auto& row) const {
    return tamis::log(a) + 2 * row.max() - row.log_sum();
  }
};

using Penalized = tamis::Sampler<tamis::RepetitionPenalty, tamis::Temperature, tamis::TopK, tamis::TopP>;
static_assert(std::is_trivially_copyable_v<Penalized>);

}  // namespace

/// Draws from a row of logits, [vocab_size], with a team of one thread.
template <class S>
__global__ void draw(S* sampler, const float* logits, int vocab_size, tamis::Choice* choice) {
  tamis::team::Shared shared{};
  tamis::team::RowOf row(tamis::team::Solo{}, shared, logits, vocab_size, tamis::Stream{7, 0});
  *choice = (*sampler)(row);
}

template __global__ void draw(Penalized*, const float*, int, tamis::Choice*);
template __global__ void draw(tamis::Sampler<tamis::Temperature, Cautious>*, const float*, int, tamis::Choice*);
template __global__ void draw(tamis::Sampler<tamis::TypicalP>*, const float*, int, tamis::Choice*);
template __global__ void draw(tamis::Sampler<tamis::Xtc, tamis::MinP>*, const float*, int, tamis::Choice*);
template __global__ void draw(tamis::Sampler<tamis::Mirostat>*, const float*, int, tamis::Choice*);
template __global__ void draw(tamis::Sampler<tamis::Greedy>*, const float*, int, tamis::Choice*);
