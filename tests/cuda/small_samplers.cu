/// \file small_samplers.cu
/// Samplers of a few policies compile into kernels, a user's own policy among them.

#include <tamis/backends/cuda.cuh>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/sampler.hpp>

using namespace tamis;

namespace {

/// A policy of a user: no annotation, no CUDA.
struct Cautious {
  float a = 0.2f;
  constexpr auto cut(const auto& row) const { return tamis::log(a) + 2 * row.max() - row.log_sum(); }
};

using Penalized = Sampler<RepetitionPenalty, Temperature, TopK, TopP>;
static_assert(std::is_trivially_copyable_v<Penalized>);

}  // namespace

template Result<void> cuda::sample(Penalized*, const cuda::Batch<float>&, const cuda::Drawn&, cudaStream_t, cuda::Spread);
