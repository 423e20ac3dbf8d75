#pragma once

/// \file pipeline_on.hpp
/// A pipeline on a backend by name; each backend is compiled in a file of its own.

#include <span>
#include <string>
#include <tamis/core/result.hpp>
#include <tamis/presets/pipeline.hpp>

namespace command {

/// What a pipeline leaves of a row, after a history.
using PipelineOn = tamis::Distribution (*)(const tamis::Pipeline& pipeline,
                                           std::span<const float> logits,
                                           std::span<const tamis::TokenId> prompt,
                                           std::span<const tamis::TokenId> generated,
                                           std::uint64_t seed);

tamis::Distribution on_eigen(const tamis::Pipeline&, std::span<const float>,
                             std::span<const tamis::TokenId>, std::span<const tamis::TokenId>,
                             std::uint64_t);
tamis::Distribution on_simd(const tamis::Pipeline&, std::span<const float>,
                            std::span<const tamis::TokenId>, std::span<const tamis::TokenId>,
                            std::uint64_t);
tamis::Distribution on_team(const tamis::Pipeline&, std::span<const float>,
                            std::span<const tamis::TokenId>, std::span<const tamis::TokenId>,
                            std::uint64_t);

/// That of the module tamis-torch.so beside the program, if it was built.
tamis::Result<PipelineOn> pipeline_on_torch();

/// That of the module tamis-cuda.so, if it was built and there is a GPU.
tamis::Result<PipelineOn> pipeline_on_cuda();

/// On threads, each a rank with its part of the vocabulary.
tamis::Result<PipelineOn> pipeline_on_sharded(int ranks);

/// \param ranks  of the backend sharded
inline tamis::Result<PipelineOn> pipeline_on(const std::string& backend, int ranks = 4) {
  if (backend == "eigen") return PipelineOn(on_eigen);
  if (backend == "simd") return PipelineOn(on_simd);
  if (backend == "team") return PipelineOn(on_team);
  if (backend == "sharded") return pipeline_on_sharded(ranks);
  if (backend == "torch") return pipeline_on_torch();
  if (backend == "cuda") return pipeline_on_cuda();
  return tamis::Error{"there is no backend '" + backend +
                      "'; the backends are eigen, simd, team, sharded, torch and cuda"};
}

}  // namespace command
