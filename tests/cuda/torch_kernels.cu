#include "torch_kernels.hpp"

#include <tamis/backends/cuda.cuh>

namespace on_gpu {

using namespace tamis;

template <class T>
Result<void> draw_alike(const Small& sampler, const cuda::Batch<T>& batch, const cuda::Drawn& drawn, cudaStream_t stream) {
  return cuda::sample_alike(sampler, batch, drawn, stream);
}
template <class T>
Result<void> draw_each(Small* samplers, const cuda::Batch<T>& batch, const cuda::Drawn& drawn, cudaStream_t stream) {
  return cuda::sample(samplers, batch, drawn, stream);
}

template Result<void> draw_alike(const Small&, const cuda::Batch<float>&, const cuda::Drawn&, cudaStream_t);
template Result<void> draw_alike(const Small&, const cuda::Batch<Float16>&, const cuda::Drawn&, cudaStream_t);
template Result<void> draw_alike(const Small&, const cuda::Batch<BFloat16>&, const cuda::Drawn&, cudaStream_t);
template Result<void> draw_each(Small*, const cuda::Batch<float>&, const cuda::Drawn&, cudaStream_t);

}  // namespace on_gpu
