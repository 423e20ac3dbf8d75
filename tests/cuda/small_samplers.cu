/// \file small_samplers.cu
/// A chain of four policies and a user's own policy compile into kernels.

#include <tamis/backends/cuda.cuh>
#include <tamis/policies/repetition_penalty.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/policies/top_k.hpp>
#include <tamis/policies/top_p.hpp>
#include <tamis/sampler.hpp>

using namespace tamis;

// quote: policy
/// Keeps tokens by the square of the greatest probability: a policy of a user, with no annotation and no CUDA.
struct Cautious {
  float a = 0.2f;
  constexpr auto cut(const auto& row) const { return tamis::log(a) + 2 * row.max() - row.log_sum(); }
};
// quote end

// quote: batch
using Chain = Sampler<RepetitionPenalty, Temperature, TopK, TopP>;

/// Draws a token from each of `rows` rows of logits. All pointers are device memory.
Result<void> draw(Chain* samplers, const float* logits, int rows, int vocab_size, const std::uint64_t* seeds,
                  std::uint64_t* positions, TokenId* tokens, float* log_probabilities, cudaStream_t stream) {
  cuda::Batch<float> batch;
  batch.logits = logits, batch.rows = rows, batch.vocab_size = vocab_size;
  batch.seeds = seeds, batch.positions = positions, batch.advances = true;  // each replay of a graph draws the next token
  cuda::Drawn drawn;
  drawn.tokens = tokens, drawn.log_probabilities = log_probabilities;
  return cuda::sample(samplers, batch, drawn, stream);
}
// quote end

static_assert(std::is_trivially_copyable_v<Chain>);
template Result<void> cuda::sample(Sampler<Temperature, Cautious>*, const cuda::Batch<BFloat16>&, const cuda::Drawn&, cudaStream_t, cuda::Spread);
