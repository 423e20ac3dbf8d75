/// \file flashinfer_cake.cu
/// FlashInfer's cluster kernels: softmax, then the radix top-k of a cluster of eight blocks with top-p and draw in its tail.

#include "cake_sampling_kernels_part1.cuh"
#include "peers.hpp"

namespace {

void run(const peers::Place& p, cudaStream_t stream) {
  peers::softmax(p, stream);
  constexpr int scalar = 1, fused_tail = 1;
  kernel_cake_radix_topk_c8_e32<<<static_cast<unsigned>(p.rows) * 8, 512, 35456, stream>>>(
      p.probabilities, nullptr, p.top_values, p.top_ids, p.top_counts, p.vocab_size, 50, scalar, nullptr, p.tokens, nullptr, 0.95f, scalar, 42u, 0u,
      0u, 0u, 0, fused_tail);
}

}  // namespace

const peers::Path peers::cluster_path = run;
