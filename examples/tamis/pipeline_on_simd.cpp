#include <tamis/backends/simd.hpp>

#include "pipeline_on.hpp"

namespace command {

tamis::Distribution on_simd(const tamis::Pipeline& pipeline, std::span<const float> logits,
                            std::span<const tamis::TokenId> prompt,
                            std::span<const tamis::TokenId> generated, std::uint64_t seed) {
  const auto make_row = [](std::span<const float> z, tamis::Stream stream, tamis::Facts facts) {
    return tamis::simd::RowOf(z, stream, facts);
  };
  return pipeline.distribution(logits, prompt, generated, seed, make_row);
}

}  // namespace command
