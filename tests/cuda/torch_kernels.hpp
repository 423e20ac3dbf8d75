#pragma once

/// \file torch_kernels.hpp
/// Kernels that nvcc has compiled, as a program on libtorch calls them that it has not.

#include <tamis/backends/cuda/batch.hpp>
#include <tamis/core/result.hpp>
#include <tamis/policies/min_p.hpp>
#include <tamis/policies/temperature.hpp>
#include <tamis/sampler.hpp>

struct CUstream_st;

namespace on_gpu {

using Small = tamis::Sampler<tamis::Temperature, tamis::MinP>;

/// Draws by one sampler, or by one a row, in device memory.
template <class T>
tamis::Result<void> draw_alike(const Small& sampler, const tamis::cuda::Batch<T>&, const tamis::cuda::Drawn&, CUstream_st*);
template <class T>
tamis::Result<void> draw_each(Small* samplers, const tamis::cuda::Batch<T>&, const tamis::cuda::Drawn&, CUstream_st*);

}  // namespace on_gpu
