/// \file flashinfer_default.cu
/// FlashInfer's default kernels, compiled as it compiles them: -use_fast_math.

#include <flashinfer/sampling.cuh>

#include "peers.hpp"

void peers::softmax(const Place& p, cudaStream_t stream) {
  flashinfer::sampling::OnlineSoftmax<float>(p.logits, p.probabilities, static_cast<std::uint32_t>(p.rows), static_cast<std::uint32_t>(p.vocab_size),
                                             nullptr, 0.8f, p.workspace, workspace_bytes, false, stream);
}

namespace {

void run(const peers::Place& p, cudaStream_t stream) {
  const auto rows = static_cast<std::uint32_t>(p.rows), size = static_cast<std::uint32_t>(p.vocab_size);
  peers::softmax(p, stream);
  flashinfer::sampling::TopKTopPSamplingFromProb<float, int>(p.probabilities, nullptr, nullptr, p.tokens, p.valid, nullptr, rows, 50, 0.95f, size,
                                                             true, nullptr, 42, nullptr, 0, stream);
}

}  // namespace

const peers::Path peers::default_path = run;
